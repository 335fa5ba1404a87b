"""Decides what the table of runs shows: which runs, in which order, with which columns, and which are chosen. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.runs import row, table
from pyroblur_gui.runs.row import Row
from pyroblur_gui.ui.i18n import failure_text

MOST_CHOSEN = 20  # that are compared at once


@dataclass(frozen=True, slots=True)
class Shown:
    """What the table shows. problem: what is wrong with the filter."""

    rows: list[Row]
    columns: list[str]
    total: int
    problem: str = ""


@dataclass
class RunsPresenter:
    rows: list[Row] = field(default_factory=list)
    filter: str = ""
    sorted_by: str = "started"
    is_descending: bool = True
    columns: list[str] | None = None  # None: the usual ones
    is_bin: bool = False
    store: str = ""
    pending: int = 0
    problem: str = ""
    _usual: list[str] = field(default_factory=lambda: table.usual([]))
    _every: list[str] = field(default_factory=lambda: table.columns([]))

    def take(self, result: Mapping[str, Any], *, is_bin: bool) -> None:
        """What the list of runs gave. Of thousands, this takes a while: do it in a thread."""
        rows = row.unpack(result["table"])
        self._usual, self._every, self.rows = table.usual(rows), table.columns(rows), rows
        self.is_bin = is_bin
        self.store = str(result["store"])
        self.pending = len(result["pending"])
        problem = result["problem"]
        self.problem = f"{problem['message']} {problem['hint']}".strip() if problem else ""

    def shown(self) -> Shown:
        columns = list(self.columns or self._usual)
        try:
            found = table.matching(self.rows, self.filter)
        except PyroblurError as error:
            return Shown([], columns, len(self.rows), failure_text(error))
        ordered = table.ordered(found, self.sorted_by, descending=self.is_descending)
        return Shown(ordered, columns, len(self.rows))

    def every_column(self) -> list[str]:
        return list(self._every)

    def show_column(self, name: str, *, is_shown: bool) -> None:
        """Keeps the order in which columns are listed."""
        shown = set(self.shown().columns)
        if is_shown:
            shown.add(name)
        else:
            shown.discard(name)
        first = [each for each in self.shown().columns if each in shown]
        others = [each for each in self.every_column() if each in shown and each not in first]
        self.columns = [*first, *others] or ["run"]

    def sort(self, column: str, *, descending: bool) -> None:
        self.sorted_by, self.is_descending = column, descending

    def of(self, ids: Sequence[str]) -> list[Row]:
        known = {each.id: each for each in self.rows}
        return [known[each] for each in ids if each in known]
