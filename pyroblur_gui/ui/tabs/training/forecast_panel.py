"""What a look ahead found: time, memory, disk, and advice with a button that follows it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.training.forecast import Advice, Forecast
from pyroblur_gui.ui.i18n import numeral, tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.blur.wording import size_text
from pyroblur_gui.ui.widgets.glyph import Glyph


def duration_text(seconds: float) -> str:
    """Rounded to what an estimate is worth."""
    if seconds < 90:
        return tr("{seconds} s", seconds=max(1, round(seconds)))
    if seconds < 90 * 60:
        return tr("{minutes} min", minutes=round(seconds / 60))
    if seconds < 48 * 3600:
        return tr("{hours} h", hours=numeral(seconds / 3600, ".1f"))
    return tr("{days} days", days=numeral(seconds / 86400, ".1f"))


def facts(forecast: Forecast) -> list[tuple[str, str, str]]:
    """(caption, value, more of it) of what was measured."""
    found = [
        (
            tr("Time"),
            tr(
                "about {epoch} an epoch, {total} in all",
                epoch=duration_text(forecast.epoch_s),
                total=duration_text(forecast.total_s),
            ),
            "",
        ),
        (
            tr("Speed"),
            tr(
                "{rate} pictures a second on {device}",
                rate=numeral(forecast.pictures_s, ".3g"),
                device=forecast.device.upper() if forecast.device in {"cpu", "mps"} else forecast.device,
            ),
            "",
        ),
        (
            tr("Memory"),
            tr(
                "{memory} at a batch of {batch}",
                memory=size_text(forecast.memory_bytes),
                batch=forecast.batch,
            ),
            tr("Measured at the highest, over a few real steps"),
        ),
        (
            tr("Disk"),
            tr("{disk} of {free} free", disk=size_text(forecast.disk_bytes), free=size_text(forecast.free_bytes)),
            tr("For the checkpoints"),
        ),
    ]
    if forecast.fingerprint:
        text = tr(
            "{train} + {val} pictures, fingerprint {mark}",
            train=numeral(forecast.pictures.get("train", 0), ","),
            val=numeral(forecast.pictures.get("val", 0), ","),
            mark=forecast.fingerprint[:8],
        )
        found.append((tr("Data"), text, tr("For training + validation. {mark}", mark=forecast.fingerprint)))
    return found


def read_forecast(result: Mapping[str, Any]) -> Forecast | None:
    """None where it is not a forecast that this version knows."""
    try:
        return Forecast.model_validate({name: result[name] for name in Forecast.model_fields if name in result})
    except ValidationError:
        return None


class ForecastPanel(QFrame):
    """Hidden until there is something to say. applied: Advice that the user wants to follow."""

    applied = Signal(Advice)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Forecast"))
        self.rows: list[QPushButton] = []
        title = QLabel(tr("Forecast"))
        title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName(tr("A few steps are being tried"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setProperty("look", "link")
        self.cancel_button.setAccessibleName(tr("Cancel the look ahead"))
        self.cancel_button.clicked.connect(self.cancelled)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self.cancel_button)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._told: list[str] = []
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(Space.M)
        self._facts.setVerticalSpacing(2)
        self._facts.setColumnStretch(1, 1)
        self._advice = QWidget()
        self._grid = QGridLayout(self._advice)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        self._column.addLayout(head)
        self._column.addWidget(self._bar)
        self._column.addLayout(self._facts)
        self._column.addWidget(self._text)
        self._column.addWidget(self._advice)
        self._is_busy = False
        self.hide()

    @property
    def text(self) -> str:
        """All that it says, but for the advice."""
        return "\n".join(part for part in (*self._told, self._text.text()) if part)

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    def begin(self) -> None:
        self._say(tr("Trying a few steps of this training. Nothing of them is kept."), is_busy=True)

    def fail(self, text: str) -> None:
        self._say(text, is_bad=True)

    def clear(self) -> None:
        """The form has changed: what was found holds no more."""
        self._is_busy = False
        self.hide()

    def show_forecast(self, forecast: Forecast) -> None:
        self._say("" if forecast.advice else tr("Nothing speaks against it."))
        for caption, value, hint in facts(forecast):
            self._fact(caption, value, hint)
        for number, advice in enumerate(forecast.advice):
            self._row(number, advice)

    def _fact(self, caption: str, value: str, hint: str) -> None:
        name, text = QLabel(caption), QLabel(value)
        name.setProperty("look", "muted")
        text.setWordWrap(True)
        text.setToolTip(hint)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = self._facts.rowCount()
        self._facts.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        self._facts.addWidget(text, row, 1)
        self._told.append(f"{caption}: {value}")

    def _row(self, number: int, advice: Advice) -> None:
        text = QLabel(advice.text)
        text.setWordWrap(True)
        self._grid.addWidget(Glyph("warning", role="warning", size=16), number, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(text, number, 1)
        if advice.change or advice.model:
            button = QPushButton(tr("Apply"))
            button.setAccessibleName(tr("Apply: {advice}", advice=advice.text))
            button.clicked.connect(lambda: self._apply(advice, button))
            self._grid.addWidget(button, number, 2, Qt.AlignmentFlag.AlignVCenter)
            self.rows.append(button)

    def _apply(self, advice: Advice, button: QPushButton) -> None:
        button.setText(tr("Applied"))
        button.setEnabled(False)
        self.applied.emit(advice)

    def _say(self, text: str, *, is_busy: bool = False, is_bad: bool = False) -> None:
        self.rows, self._told = [], []
        for grid in (self._facts, self._grid):
            _empty(grid)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._text.setProperty("look", "danger" if is_bad else "")
        self._text.style().polish(self._text)
        self._is_busy = is_busy
        self._bar.setVisible(is_busy)
        self.cancel_button.setVisible(is_busy)
        self.show()


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
