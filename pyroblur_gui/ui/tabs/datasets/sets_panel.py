"""The data sets on the left: which there are, how large they are, and how to get more."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.datasets.presenter import SetLine
from pyroblur_gui.ui.tabs.datasets.wording import facts_text, problems_text
from pyroblur_gui.ui.widgets.side_list import SideLine, SideList


class SetsPanel(SideList[SetLine]):
    get_asked = Signal()
    import_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Data sets"), _side_line, parent)
        self.get_button = QPushButton(icons.icon("download-simple", "on_accent"), tr("&Get data…"))
        self.get_button.setProperty("look", "primary")
        self.get_button.setAccessibleName(tr("Get data"))
        self.import_button = QPushButton(icons.icon("folder-plus"), tr("&Import…"))
        self.import_button.setAccessibleName(tr("Import your own data"))
        line = QFrame()
        line.setProperty("look", "line")
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        foot.setSpacing(Space.S)
        foot.addWidget(self.get_button, 1)
        foot.addWidget(self.import_button, 1)
        self.column.addWidget(line)
        self.column.addLayout(foot)
        self.get_button.clicked.connect(self.get_asked)
        self.import_button.clicked.connect(self.import_asked)

    def show_items(self, items: Sequence[SetLine], chosen: str | None) -> None:
        super().show_items(items, chosen)
        self.setVisible(bool(items))  # where there is none, the middle says how to get one


def _side_line(line: SetLine) -> SideLine:
    return SideLine(
        second=_second(line),
        third=_third(line),
        tip=line.problem or "",
        second_shade="danger" if line.problem else "muted",
        third_shade="warning",
    )


def _second(line: SetLine) -> str:
    if line.is_being_made:
        return tr("Being made")
    if line.problem:
        return tr("Cannot be read")
    return facts_text(line.facts) if line.facts is not None else tr("Counting…")


def _third(line: SetLine) -> str:
    problems = sum(line.facts.problems.values()) if line.facts is not None and not line.is_being_made else 0
    return problems_text(problems) if problems else ""
