"""The line at the bottom: the promise, what runs the model, and how far everything is."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.blur.items import Summary
from pyroblur_gui.ui.tabs.blur.wording import summary_text
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.glyph import Glyph

HEIGHT = 32
PROGRESS_WIDTH = 160


class StatusBar(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(HEIGHT)
        self.setAccessibleName(tr("Status"))
        self._promise = self._label(tr("Nothing leaves this machine"))
        self._engine_glyph = Glyph("cpu", role="muted", size=16)
        self._engine = self._label("")
        self._summary = self._label("")
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(PROGRESS_WIDTH, 6)
        self._progress.setAccessibleName(tr("Overall progress"))
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, 0, Space.L, 0)
        row.setSpacing(Space.S)
        row.addWidget(Glyph("lock-simple", role="muted", size=16))
        row.addWidget(self._promise)
        row.addSpacing(Space.L)
        row.addWidget(self._engine_glyph)
        row.addWidget(self._engine, 1)
        row.addStretch()
        row.addWidget(self._summary)
        row.addWidget(self._progress)
        self.show_engine("")
        self.show_summary(Summary())

    @property
    def promise(self) -> str:
        return self._promise.text()

    def show_tracking(self, host: str) -> None:
        """What leaves this machine because the user set an address for it; "": nothing."""
        said = tr("Only runs leave this machine, to {host}", host=host) if host else tr("Nothing leaves this machine")
        self._promise.setText(said)

    def show_engine(self, text: str) -> None:
        """What runs the model and why; hidden until it is known."""
        text = translated(text)
        self._engine.setText(text)
        self._engine.setAccessibleName(tr("Engine: {engine}", engine=text))
        self._engine.setVisible(bool(text))
        self._engine_glyph.setVisible(bool(text))

    def show_summary(self, summary: Summary) -> None:
        self._summary.setText(summary_text(summary) if summary.handed_over else "")
        self._progress.setVisible(summary.under_way > 0)
        self._progress.setValue(round(summary.fraction * 1000))

    def _label(self, text: str) -> ElidedLabel:
        label = ElidedLabel(text, elide=Qt.TextElideMode.ElideRight)
        label.setProperty("look", "muted")
        return label
