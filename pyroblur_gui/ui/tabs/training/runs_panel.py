"""The list of runs: which there are, how far they are, how well they did."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QWidget

from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.training.runs import RunLine, Stage
from pyroblur_gui.ui.tabs.training.wording import STAGE_GLYPHS, second_line, third_line
from pyroblur_gui.ui.widgets.side_list import SideLine, SideList

NARROWEST = 196


class RunsPanel(SideList[RunLine]):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Runs"), _side_line, parent)
        self.setMinimumWidth(NARROWEST)
        self._empty = QLabel(tr("What you train is listed here."))
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(Space.L, Space.S, Space.L, 0)
        self.column.insertWidget(1, self._empty)

    def show_items(self, items: Sequence[RunLine], chosen: str | None) -> None:
        super().show_items(items, chosen)
        self._empty.setVisible(not items)


def _side_line(line: RunLine) -> SideLine:
    is_bad = line.stage is Stage.FAILED
    progress = line.progress if line.stage.is_active else None
    return SideLine(
        second=second_line(line),
        third=third_line(line),
        tip=failure_text(line),
        second_shade="danger" if is_bad else "muted",
        third_shade="danger" if is_bad and line.best is None else "muted",
        glyph=STAGE_GLYPHS[line.stage],
        progress=progress.done / progress.total if progress is not None and progress.total else None,
    )
