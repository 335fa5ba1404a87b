"""What a source is shown as, which options concern it, and whether all is there that a download needs. No Qt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from pyroblur_gui.core.fields import hints_of
from pyroblur_gui.datasets.sources.source import Need, SourceFacts
from pyroblur_gui.datasets.spec import DownloadSpec, SourceOptions
from pyroblur_gui.ui.fields import FieldPlan, Widget, class_label, plan_fields
from pyroblur_gui.ui.i18n import tr, translated, trn
from pyroblur_gui.ui.tabs.blur.wording import size_text

GROUP = "source"
NAME = "name"
CLASSES = "classes"


@dataclass(frozen=True)
class SourceWish:
    """What the user has entered so far. values: of the options, by field."""

    source: SourceFacts
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    has_accepted: bool = False
    has_key: bool = False
    has_typed_key: bool = False  # but it is not kept yet
    adds: bool = False


def offered(sources: Mapping[str, SourceFacts]) -> list[SourceFacts]:
    """The sources that are chosen from cards; the user's own files are imported instead."""
    return [facts for facts in sources.values() if Need.FILES not in facts.needs or facts.is_synthetic]


def needs_acceptance(facts: SourceFacts) -> bool:
    """What is drawn on this machine has no licence that could be refused."""
    return Need.NETWORK in facts.needs


def labels_text(facts: SourceFacts) -> str:
    return ", ".join(class_label(name) for name in facts.classes) if facts.classes else tr("Depends on the project")


def amount_text(facts: SourceFacts) -> str:
    """32,203 pictures · 3.6 GB, as far as it is known beforehand."""
    parts = []
    if facts.pictures is not None:
        parts.append(trn("{count} picture", "{count} pictures", facts.pictures))
    if facts.size_bytes is not None:
        parts.append(size_text(facts.size_bytes))
    return " · ".join(parts) or tr("As much as you ask for")


def needs_text(facts: SourceFacts) -> str:
    """What is needed, as a short sentence."""
    parts = []
    if Need.NETWORK in facts.needs:
        parts.append(tr("the network"))
    if Need.KEY in facts.needs:
        parts.append(tr("a key of your own"))
    return tr("Needs {what}", what=tr(" and ").join(parts)) if parts else tr("Works without the network")


def card_text(facts: SourceFacts) -> str:
    """The whole card as sentences, for a screen reader."""
    parts = (
        translated(facts.title),
        labels_text(facts),
        amount_text(facts),
        translated(facts.licence.name),
        needs_text(facts),
    )
    return ". ".join(parts) + "."


def option_plans(source: str) -> list[FieldPlan]:
    """The name, how many, and the options that concern this source; then, folded, how they are chosen and split.

    source: "" for pictures of the user's own.
    """
    plans = {plan.name: plan for plan in plan_fields(SourceOptions)}
    of_source = {name: str(hints_of(info).get("source", "")) for name, info in SourceOptions.model_fields.items()}
    own = [name for name, owner in of_source.items() if owner and owner == source]
    name = FieldPlan(
        name=NAME,
        title=tr("Name"),
        help=tr("What the data set is called here."),
        group=GROUP,
        widget=Widget.TEXT,
        default="",
    )
    shown = [replace(plans[each], group=GROUP, is_advanced=False, empty=tr("Drawn by PyroBlur")) for each in own]
    if "project" in own:  # whose classes only its owner knows
        shown.append(replace(plans[CLASSES], group=GROUP, widget=Widget.TEXT, help=plans[CLASSES].help))
    count = replace(plans["max_samples"], group=GROUP)
    folded = [replace(plans[each], group=GROUP, is_advanced=True) for each in ("seed", "keep_split")]
    return [name, count, *shown, *folded]


def classes_of(text: str) -> dict[str, str]:
    """What was typed as theirs=ours, theirs=ours. Raises ValueError, which says how it is written."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not equals or not theirs.strip() for theirs, equals, _ in pairs):
        message = tr("Write classes as theirs=ours, with commas between: Plate=license_plate, Car=.")
        raise ValueError(message)
    return {theirs.strip(): ours.strip() for theirs, _, ours in pairs}


def suggested_name(source: str, taken: Collection[str]) -> str:
    """A name that is not taken: wider-face, wider-face-2, ..."""
    plain = source.replace("_", "-")
    known = {name.casefold() for name in taken}
    names = (plain if number == 1 else f"{plain}-{number}" for number in range(1, len(known) + 2))
    return next(name for name in names if name.casefold() not in known)


def missing(wish: SourceWish, taken: Collection[str]) -> str:
    """What is still to be done before it can begin, as a sentence; empty when nothing is."""
    if problem := _invalid(wish):
        return problem
    if wish.name in taken and not wish.adds:
        return tr("There is a data set named “{name}”. Take another name, or add to it.", name=wish.name)
    if Need.KEY in wish.source.needs and not wish.has_key:
        if wish.has_typed_key:
            return tr("Keep the key first.")
        return tr("{source} needs your key.", source=wish.source.title)
    if needs_acceptance(wish.source) and not wish.has_accepted:
        return tr("Accept the licence first.")
    return ""


def _invalid(wish: SourceWish) -> str:
    try:
        wanted(wish)
    except ValidationError as error:
        return reason(error)
    except ValueError as error:
        return str(error)
    return ""


def wanted(wish: SourceWish) -> DownloadSpec:
    """Raises pydantic.ValidationError, or ValueError for classes that are not written as they should be."""
    values = dict(wish.values)
    if isinstance(typed := values.get(CLASSES), str):
        values[CLASSES] = classes_of(typed)
    return DownloadSpec(
        source=wish.source.name,
        name=wish.name,
        options=SourceOptions.model_validate(values),
        has_accepted=wish.has_accepted or not needs_acceptance(wish.source),
        adds=wish.adds,
    )


def reason(error: ValidationError) -> str:
    """The first thing that is wrong, as a sentence that names the field."""
    first = error.errors()[0]
    text = translated(str(first["msg"]).removeprefix("Value error, "))
    if first["type"] == "value_error":
        return text
    place: Sequence[object] = first["loc"]
    info = SourceOptions.model_fields.get(str(place[-1])) if place else None
    what = info.title if info is not None and info.title else str(place[-1]) if place else ""
    return f"{what}: {text}." if what else text
