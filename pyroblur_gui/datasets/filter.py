"""Which pictures of a data set are asked for: the filters of the gallery, as one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pyroblur_gui.datasets.sample import Split


class Removed(StrEnum):
    HIDDEN = "hidden"
    ONLY = "only"


@dataclass(frozen=True)
class Filter:
    """Everything that is given must hold; of each tuple, one entry must. The default is all but removed pictures.

    labels: class ids of boxes in the picture. least_px, most_px: a box (of these labels) whose shorter side is at least
    the one and less than the other. problems: kinds. text: part of the picture's name. has_suggestions: boxes that wait
    for being accepted. has_boxes: with or without any box.
    """

    splits: tuple[Split, ...] = ()
    sources: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()
    least_px: float | None = None
    most_px: float | None = None
    problems: tuple[str, ...] = ()
    text: str = ""
    has_suggestions: bool = False
    has_boxes: bool | None = None
    removed: Removed = Removed.HIDDEN

    def as_sql(self) -> tuple[str, list[object]]:
        """A condition on the table `pictures`, and its values."""
        parts: list[tuple[str, Sequence[object]]] = [("is_removed = ?", [self.removed is Removed.ONLY])]
        if self.splits:
            parts.append((f"split IN ({_marks(self.splits)})", self.splits))
        if self.sources:
            parts.append((f"source IN ({_marks(self.sources)})", self.sources))
        if self.text:
            parts.append(("instr(lower(name), lower(?)) > 0", [self.text]))
        if self.problems:
            kinds = f"kind IN ({_marks(self.problems)})"
            found = f"SELECT picture FROM problems WHERE {kinds} UNION SELECT other FROM problems WHERE {kinds}"  # noqa: S608
            parts.append((f"id IN ({found})", (*self.problems, *self.problems)))
        if self.has_suggestions:
            parts.append((_box("boxes.origin = 'suggested'"), []))
        if self.has_boxes is not None:
            parts.append((_box("TRUE") if self.has_boxes else f"NOT {_box('TRUE')}", []))
        parts += self._boxes()
        return " AND ".join(text for text, _ in parts), [value for _, values in parts for value in values]

    def _boxes(self) -> list[tuple[str, Sequence[object]]]:
        """About one box: of one of the labels, and of the size."""
        conditions: list[str] = []
        values: list[object] = []
        side = "min((boxes.x2 - boxes.x1) * pictures.width, (boxes.y2 - boxes.y1) * pictures.height)"
        if self.labels:
            conditions.append(f"boxes.label IN ({_marks(self.labels)})")
            values += self.labels
        if self.least_px is not None:
            conditions.append(f"{side} >= ?")
            values.append(self.least_px)
        if self.most_px is not None:
            conditions.append(f"{side} < ?")
            values.append(self.most_px)
        return [(_box(" AND ".join(conditions)), values)] if conditions else []


def _box(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM boxes WHERE boxes.picture = pictures.id AND {condition})"  # noqa: S608


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
