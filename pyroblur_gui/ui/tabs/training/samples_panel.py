"""The view of sample pictures: which epoch, which boxes, and the pictures with them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from pyroblur_gui.training.samples import SampledEpoch
from pyroblur_gui.ui.i18n import numeral, tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.training.samples_board import FOUND, LABELLED, SamplesBoard
from pyroblur_gui.ui.widgets.blank import Blank
from pyroblur_gui.ui.widgets.check_box import CheckBox
from pyroblur_gui.ui.widgets.inputs import Slider

DOT = 12


class SamplesPanel(QWidget):
    """wanted: the samples of this epoch, or of the last one (0), are to be shown."""

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._epochs: list[int] = []
        self._follows = True
        self.board = SamplesBoard()
        self.blank = Blank()
        self.slider = Slider()
        self.slider.setAccessibleName(tr("Epoch"))
        self.slider.setMinimumWidth(40)
        self.slider.setMaximumWidth(220)
        self._epoch = QLabel()
        self.labelled = CheckBox(tr("Labelled"))
        self.found = CheckBox(tr("Found"))
        self.labelled.setToolTip(tr("What the data set says is there"))
        self.found.setToolTip(tr("What the network found, at least 25 % sure"))
        for box in (self.labelled, self.found):
            box.setChecked(True)
            box.setAccessibleName(tr("Show boxes: {kind}", kind=box.text()))
            box.toggled.connect(self._kinds_changed)
        row = QHBoxLayout()
        row.setContentsMargins(Space.L, Space.XS, Space.L, Space.XS)
        row.setSpacing(Space.S)
        row.addWidget(self._epoch)
        row.addWidget(self.slider, 1)
        row.addStretch()
        for box, shade in ((self.labelled, LABELLED), (self.found, FOUND)):
            mark = QLabel()
            mark.setPixmap(_dot(shade))
            row.addWidget(mark)
            row.addWidget(box)
        scroll = QScrollArea()
        scroll.setWidget(self.board)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(tr("Sample pictures"))
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(scroll, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.blank)
        self._stack.addWidget(shown)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self.slider.valueChanged.connect(self._slid)
        self._say_none()

    @property
    def epoch_text(self) -> str:
        return self._epoch.text()

    def begin(self) -> None:
        """Another run: its last epoch is looked at first."""
        self._epochs, self._follows = [], True
        self._say_none()
        self.wanted.emit(0)

    def refresh(self) -> None:
        """There may be one more epoch."""
        self.wanted.emit(0 if self._follows else self._chosen())

    def show_samples(
        self, epochs: Sequence[int], sampled: SampledEpoch | None, images: Mapping[Path, QImage | None]
    ) -> None:
        if sampled is None:
            self._say_none()
            return
        self._epochs = list(epochs)
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(self._epochs) - 1)
        self.slider.setValue(self._epochs.index(sampled.epoch))
        self.slider.blockSignals(False)
        self.slider.setEnabled(len(self._epochs) > 1)
        self._epoch.setText(tr("Epoch {epoch}", epoch=numeral(sampled.epoch, ",")))
        self.board.show_samples(sampled.samples, images)
        self._stack.setCurrentIndex(1)

    def _say_none(self) -> None:
        self.blank.say(
            "image",
            tr("No sample pictures yet"),
            tr("After each epoch, a few validation pictures show what the network finds in them."),
        )
        self._stack.setCurrentIndex(0)

    def _chosen(self) -> int:
        return self._epochs[self.slider.value()] if self.slider.value() < len(self._epochs) else 0

    def _slid(self, place: int) -> None:
        self._follows = place == len(self._epochs) - 1
        self.wanted.emit(self._chosen())

    def _kinds_changed(self) -> None:
        self.board.show_kinds(labelled=self.labelled.isChecked(), found=self.found.isChecked())


def _dot(shade: QColor) -> QPixmap:
    dot = QPixmap(2 * DOT, 2 * DOT)
    dot.fill(Qt.GlobalColor.transparent)
    painter = QPainter(dot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(shade)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(2, 2, 2 * DOT - 4, 2 * DOT - 4, 5, 5)
    painter.end()
    dot.setDevicePixelRatio(2.0)
    return dot
