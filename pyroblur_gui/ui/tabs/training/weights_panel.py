"""What stands below the base model where a training could not start from it: why, and a download, with its progress."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.models import bases
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.blur.wording import size_text

BAR_HEIGHT = 6
STEPS = 1000  # of the bar


class WeightsPanel(QWidget):
    """Hidden while there is nothing to say. wanted: the name of the network whose weights are to be downloaded."""

    wanted = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ""
        self._is_busy = False
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setProperty("look", "warning")
        self.download_button = QPushButton(tr("Download…"))
        self.download_button.setAccessibleName(tr("Download the trained weights"))
        self.download_button.clicked.connect(lambda: self.wanted.emit(self._model))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setAccessibleName(tr("Cancel the download of weights"))
        self.cancel_button.clicked.connect(self.cancelled)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(BAR_HEIGHT)
        self._bar.setAccessibleName(tr("Download of weights"))
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.download_button)
        buttons.addWidget(self.cancel_button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self._label)
        column.addWidget(self._bar)
        column.addLayout(buttons)
        self.say("", "")

    @property
    def text(self) -> str:
        return self._label.text()

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    def say(self, text: str, model: str) -> None:
        """model: whose weights can be downloaded; empty where that is no help. Waits until a download is over."""
        self._model = model if bases.find(model) is not None else ""
        if not self._is_busy:
            self._show(text)

    def begin(self, model: str) -> None:
        self._is_busy = True
        self._bar.setRange(0, 0)
        self._show(tr("The trained weights {name} are being downloaded.", name=model))

    def progress(self, done: float, total: float | None) -> None:
        """Bytes."""
        if not self._is_busy or not total:
            return
        self._bar.setRange(0, STEPS)
        self._bar.setValue(round(STEPS * min(1.0, done / total)))
        self._label.setText(
            tr("Downloading: {done} of {total}.", done=size_text(round(done)), total=size_text(round(total)))
        )

    def end(self) -> None:
        """Whoever knows the form says anew what is to be said."""
        self._is_busy = False
        self._show("")

    def _show(self, text: str) -> None:
        self._label.setText(text)
        self._bar.setVisible(self._is_busy)
        self.cancel_button.setVisible(self._is_busy)
        self.download_button.setVisible(not self._is_busy and bool(text) and bool(self._model))
        self.setVisible(bool(text))
