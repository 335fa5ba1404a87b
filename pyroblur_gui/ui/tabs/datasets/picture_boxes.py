"""The boxes of the large view as a list beside it: what each one is, and what the check said of the picture."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.datasets.validate import KINDS
from pyroblur_gui.ui.i18n import numeral, tr, translated
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.datasets.gallery_reader import Row
from pyroblur_gui.ui.tabs.datasets.picture_colors import class_color
from pyroblur_gui.ui.tabs.datasets.picture_editing import size_px
from pyroblur_gui.ui.tabs.datasets.wording import box_text, picture_facts_text

SWATCH = 12


class BoxList(QWidget):
    """`chosen` tells what the user chose; `select` shows a choice that was made elsewhere."""

    chosen = Signal(object)  # int | None

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(tr("Boxes"))
        self._title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._count = QLabel()
        self._count.setProperty("look", "muted")
        self.list = QListWidget()
        self.list.setProperty("look", "rows")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setIconSize(QSize(SWATCH, SWATCH))
        self.list.setAccessibleName(tr("Boxes of the picture"))
        self._hint = QLabel(
            tr("Drag over the picture to draw a box. The wheel zooms; hold Space and drag to move the picture.")
        )
        self._hint.setProperty("look", "muted")
        self._hint.setWordWrap(True)
        self._facts = QLabel()
        self._facts.setProperty("look", "muted")
        self._problems = QLabel()
        self._problems.setProperty("look", "warning")
        for label in (self._facts, self._problems):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._build(actions)
        self.list.currentRowChanged.connect(lambda row: self.chosen.emit(row if row >= 0 else None))

    def show_row(self, row: Row, classes: Sequence[str], source: str) -> None:
        selected = self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for box in row.picture.boxes:
            label = classes[box.label] if 0 <= box.label < len(classes) else str(box.label)
            text = box_text(label, box.origin, *size_px(box, row.picture), box.score)
            item = QListWidgetItem(_swatch(box.label), text)
            item.setToolTip(text)
            self.list.addItem(item)
        self.list.setCurrentRow(selected if selected < len(row.picture.boxes) else -1)
        self.list.blockSignals(False)
        self._count.setText(numeral(len(row.picture.boxes), ",") if row.picture.boxes else "")
        self._facts.setText(picture_facts_text(row.picture, source, classes))
        said = [*dict.fromkeys(tr(KINDS[kind].title) for kind in row.problems if kind in KINDS)]
        details = [translated(flaw.detail) for flaw in row.picture.flaws]
        self._problems.setText("\n".join([*said, *details]))
        self._problems.setVisible(bool(said or details))

    def select(self, place: int | None) -> None:
        self.list.blockSignals(True)
        self.list.setCurrentRow(-1 if place is None else place)
        if place is None:
            self.list.clearSelection()
        self.list.blockSignals(False)

    def _build(self, actions: Sequence[QAction]) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.S, Space.S, Space.S)
        head.setSpacing(Space.S)
        head.addWidget(self._title)
        head.addWidget(self._count)
        head.addStretch()
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(18, 18))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(action.text().replace("&", ""))
            head.addWidget(button)
        line = QFrame()
        line.setProperty("look", "line")
        foot = QVBoxLayout()
        foot.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        foot.setSpacing(Space.S)
        foot.addWidget(self._hint)
        foot.addWidget(self._facts)
        foot.addWidget(self._problems)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(line)
        column.addLayout(foot)


def _swatch(label: int) -> QIcon:
    """A disc in the colour of the class."""
    picture = QPixmap(SWATCH * 2, SWATCH * 2)
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(class_color(label))
    painter.drawEllipse(picture.rect().adjusted(2, 2, -2, -2))
    painter.end()
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)  # Qt would tint it
    return icon
