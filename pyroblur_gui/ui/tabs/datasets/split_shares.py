"""Three shares of one whole: a bar that shows them, and a number for each."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.look import Space, series_shades, tokens
from pyroblur_gui.ui.tabs.datasets.split_presenter import balanced, shares_text
from pyroblur_gui.ui.widgets.inputs import SpinBox

Shares = tuple[int, int, int]
BAR_HEIGHT = 12


class SplitShares(QWidget):
    """The shares always add up to 100: what one gains, the others give. pictures: to be divided; None: not known."""

    changed = Signal()

    def __init__(self, shares: Shares, *, pictures: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares = shares
        self._pictures = pictures
        self._bar = _Bar()
        self._counts: list[QLabel] = []
        self.boxes: list[SpinBox] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.XS)
        grid.addWidget(self._bar, 0, 0, 1, 3)
        names = (tr("Training"), tr("Validation"), tr("Test"))
        hints = (
            tr("Pictures that the model learns from."),
            tr("Pictures that the training is watched with."),
            tr("Pictures for the final measurement, which the training never sees."),
        )
        for place, (name, hint) in enumerate(zip(names, hints, strict=True)):
            self._add(grid, place, name, hint)
        self._show()

    def value(self) -> Shares:
        return self._shares

    def set_value(self, shares: Shares) -> None:
        """Without telling that they changed."""
        self._shares = shares
        self._show()

    def set_pictures(self, pictures: int | None) -> None:
        self._pictures = pictures
        self._show()

    def _add(self, grid: QGridLayout, place: int, name: str, hint: str) -> None:
        label, box, count = QLabel(name), SpinBox(), QLabel()
        box.setRange(1 if place == 0 else 0, 100)
        box.setSuffix(" %")
        box.setSingleStep(5)
        box.setAccessibleName(name)
        box.setAccessibleDescription(hint)
        label.setToolTip(hint)
        box.setToolTip(hint)
        label.setBuddy(box)
        count.setProperty("look", "muted")
        grid.addWidget(label, 1, place)
        grid.addWidget(box, 2, place)
        grid.addWidget(count, 3, place)
        grid.setColumnStretch(place, 1)
        box.valueChanged.connect(lambda value: self._take(place, value))
        self.boxes.append(box)
        self._counts.append(count)

    def _take(self, place: int, value: int) -> None:
        if value != self._shares[place]:
            self._shares = balanced(self._shares, place, value)
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        for box, share in zip(self.boxes, self._shares, strict=True):
            box.blockSignals(True)
            box.setValue(share)
            box.blockSignals(False)
        for label, share in zip(self._counts, self._shares, strict=True):
            label.setVisible(self._pictures is not None)
            label.setText(
                trn("about {count} picture", "about {count} pictures", round((self._pictures or 0) * share / 100))
            )
        self._bar.show_shares(self._shares)
        self._bar.setAccessibleName(shares_text(self._shares))


class _Bar(QWidget):
    """For the eye; the numbers say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._shares: Shares = (100, 0, 0)
        self.setFixedHeight(BAR_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: Shares) -> None:
        self._shares = shares
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        painter.setClipPath(outline)
        painter.setPen(Qt.PenStyle.NoPen)
        left = 0.0
        for share, shade in zip(self._shares, series_shades(tokens(self.palette())), strict=False):
            width = self.width() * share / 100
            painter.fillRect(QRectF(left, 0, max(0.0, width - 2), BAR_HEIGHT), QColor(shade))
            left += width
        painter.end()
