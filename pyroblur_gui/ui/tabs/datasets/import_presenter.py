"""What is to be imported, what was recognised in it, and what its classes become here. No Qt."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import JsonValue, TypeAdapter, ValidationError

from pyroblur_gui.core.classes import MAIN_CLASSES
from pyroblur_gui.datasets.classes import LEFT_OUT, ClassMap, ordered
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.spec import LONGEST_DATASET_NAME, ImportSpec, IntakeOptions
from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.tabs.datasets.source_presenter import reason

UNNAMED = "wider"  # the format whose files may not say what their boxes are
_RECOGNISED = TypeAdapter(list[Recognised])


@dataclass(frozen=True)
class Place:
    """Something to import. found: what was recognised; None while it is looked at, or when `problem` says why not."""

    path: Path
    is_dataset: bool = False
    found: Recognised | None = None
    problem: str = ""

    @property
    def is_looking(self) -> bool:
        return self.found is None and not self.problem


@dataclass(frozen=True)
class ImportWish:
    """What was entered beside the places and their classes. values: of the intake options, by field."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    only_class: str | None = None
    adds: bool = False


class ImportPresenter:
    """Knows the places and the classes; the dialog asks it after every change."""

    def __init__(self, taken: Collection[str]) -> None:
        """taken: names of the data sets that there are."""
        self._taken = tuple(taken)
        self._places: dict[Path, Place] = {}
        self._chosen: dict[str, str] = {}
        self._looked_for: dict[str, bool] = {}

    # -- places

    def places(self) -> list[Place]:
        return list(self._places.values())

    def add(self, paths: Iterable[Path]) -> list[Place]:
        """The places that are new. Those that there are stay as they are."""
        return self._add(Place(path) for path in paths)

    def join(self, name: str) -> list[Place]:
        """Adds a data set that there is; its name stands for it, as on the command line."""
        return self._add([Place(Path(name), is_dataset=True)])

    def remove(self, path: Path) -> None:
        self._places.pop(path, None)

    def found(self, path: Path, result: JsonValue) -> None:
        """Takes over what the job recognised there: a list with one entry."""
        if path not in self._places:
            return
        try:
            (found,) = _RECOGNISED.validate_python(result)
        except (ValidationError, ValueError):
            self.failed(path, tr("What is in there was not understood."))
            return
        self._places[path] = Place(path, self._places[path].is_dataset, found)

    def failed(self, path: Path, problem: str) -> None:
        if path in self._places:
            self._places[path] = Place(path, self._places[path].is_dataset, None, problem)

    def is_joinable(self, name: str) -> bool:
        return Path(name) not in self._places

    def _add(self, places: Iterable[Place]) -> list[Place]:
        new = {place.path: place for place in places if place.path not in self._places}
        self._places |= new
        return list(new.values())

    # -- classes

    def theirs(self) -> list[str]:
        """Names of all classes that the places have, in the order they come in."""
        found = (place.found.classes for place in self._places.values() if place.found is not None)
        return list(dict.fromkeys(name for classes in found for name in classes))

    def target(self, theirs: str) -> str:
        """What a class becomes here; LEFT_OUT when its boxes are not taken."""
        return ClassMap(self._chosen).ours(theirs)

    def set_target(self, theirs: str, ours: str) -> None:
        self._chosen[theirs] = ours

    def leave_out_others(self) -> None:
        """All but the main classes."""
        for theirs in self.theirs():
            if self.target(theirs) not in MAIN_CLASSES:
                self._chosen[theirs] = LEFT_OUT

    def ours(self) -> tuple[str, ...]:
        """The classes that the data set is going to have, the main ones always."""
        return ordered([self.target(theirs) for theirs in self.theirs()])

    def is_looked_for(self, ours: str, only_class: str | None) -> bool:
        """Whether all boxes of a class are marked in these pictures: as said, else whether they have the class."""
        return self._looked_for.get(ours, ours in self._named(only_class))

    def set_looked_for(self, ours: str, *, is_so: bool) -> None:
        self._looked_for[ours] = is_so

    def may_lack_classes(self) -> bool:
        """True when a file may not say what its boxes are, so that the user may."""
        return any(place.found is not None and place.found.format == UNNAMED for place in self._places.values())

    def _named(self, only_class: str | None) -> set[str]:
        named = {self.target(theirs) for theirs in self.theirs()} - {LEFT_OUT}
        return {only_class} if only_class is not None and self.may_lack_classes() else named

    # -- the whole

    def pictures(self) -> int | None:
        """About how many there are; None while that is not known of every place."""
        counts = [place.found.pictures if place.found is not None else None for place in self._places.values()]
        known = [count for count in counts if count is not None]
        return sum(known) if known and len(known) == len(counts) else None

    def suggested_name(self) -> str:
        """From the first place; one that is not taken."""
        first = next(iter(self._places), None)
        plain = plain_name(first) if first is not None else "my-pictures"
        known = {name.casefold() for name in self._taken}
        names = (plain if number == 1 else f"{plain}-{number}" for number in range(1, len(known) + 2))
        return next(name for name in names if name.casefold() not in known)

    def missing(self, wish: ImportWish) -> str:
        """What is still to be done before the import can begin, as a sentence; empty when nothing is."""
        places = self.places()
        if not places:
            return tr("Add a folder, an archive or a data set first.")
        if any(place.is_looking for place in places):
            return tr("Looking at what is in there.")
        failed = sum(bool(place.problem) for place in places)
        if failed:
            return trn(
                "Remove the place that cannot be imported.", "Remove the places that cannot be imported.", failed
            )
        if wish.name in self._taken and not wish.adds:
            return tr("There is a data set named “{name}”. Take another name, or add to it.", name=wish.name)
        try:
            self.spec(wish)
        except ValidationError as error:
            return reason(error)
        return ""

    def spec(self, wish: ImportWish) -> ImportSpec:
        """Raises pydantic.ValidationError."""
        theirs = self.theirs()
        usual = ClassMap({})
        classes = {name: self.target(name) for name in theirs if self.target(name) != usual.ours(name)}
        only_class = wish.only_class if self.may_lack_classes() else None
        said = [ours for ours in self.ours() if self.is_looked_for(ours, only_class)]
        labelled = None if set(said) == self._named(only_class) else tuple(said)
        return ImportSpec(
            paths=tuple(self._places),
            name=wish.name,
            options=IntakeOptions.model_validate({**wish.values, "classes": classes}),
            only_class=only_class,
            labelled=labelled,
            adds=wish.adds,
        )


def plain_name(path: Path) -> str:
    """A data set's name from a path's: without endings, and without what such a name may not hold."""
    name = re.sub(r"(\.tar)?\.[A-Za-z0-9]{2,4}$", "", path.name)
    name = re.sub(r"[^A-Za-z0-9 ._-]+", "-", name).strip(" ._-")
    return name[:LONGEST_DATASET_NAME].rstrip(" .") or "my-pictures"


def found_text(place: Place, titles: Mapping[str, str]) -> str:
    """YOLO · 1,204 pictures · 2 classes: face, plate. titles: of the formats, by name."""
    if place.problem:
        return place.problem
    if place.found is None:
        return tr("Looking at what is in there…")
    found = place.found
    parts = [titles.get(found.format, found.format)]
    if found.pictures is not None:
        parts.append(trn("{count} picture", "{count} pictures", found.pictures))
    if found.classes:
        count = trn("{count} class", "{count} classes", len(found.classes))
        parts.append(tr("{count}: {names}", count=count, names=_some(found.classes)))
    return " · ".join(parts)


def _some(names: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return tr("{names} and {count} more", names=shown, count=len(names) - most) if len(names) > most else shown
