"""What the Training tab shows while a training cannot begin: the offer of the training pack, and how far it is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.training.pack_wording import Offer, progress_text
from pyroblur_gui.ui.widgets.blank import Blank

TEXT_WIDTH = 560
BAR_HEIGHT = 6
STEPS = 1000  # of the bar


class PackPage(QWidget):
    """wanted: the pack; cancelled: no more; sources_wanted, runs_wanted: to be shown those."""

    wanted = Signal()
    cancelled = Signal()
    sources_wanted = Signal()
    runs_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_busy = False
        self.blank = Blank()
        self.blank.setMaximumWidth(TEXT_WIDTH + 2 * Space.XXL)
        self.get_button = _button("download-simple", "on_accent", "primary")
        self.cancel_button = _button("x", "text")
        self.sources_button = _button("gear-six", "text")
        self.runs_button = _button("list-bullets", "text")
        self.blank.add_button(self.get_button, tr("Get the training pack"))
        for button, words in (
            (self.cancel_button, tr("&Cancel")),
            (self.sources_button, tr("&Where from…")),
            (self.runs_button, tr("&Show earlier runs")),
        ):
            button.setText(words)
            self.blank.add_button(button, words.replace("&", ""))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(BAR_HEIGHT)
        self._bar.setAccessibleName(tr("Progress of the training pack"))
        self._line = QLabel()
        self._line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._line.setProperty("look", "muted")
        self._problem = QLabel()
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._problem.setWordWrap(True)
        self._problem.setProperty("look", "danger")
        self._problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = self.blank.layout()
        assert isinstance(column, QVBoxLayout)  # noqa: S101 - for the type checker
        for widget in (self._bar, self._line, self._problem):
            column.insertWidget(column.count() - 1, widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.blank, 100)
        row.addStretch(1)
        for button, signal in (
            (self.get_button, self.wanted), (self.cancel_button, self.cancelled),
            (self.sources_button, self.sources_wanted), (self.runs_button, self.runs_wanted),
        ):  # fmt: skip
            button.clicked.connect(signal)
        self.end()
        self.say_problem("")

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    @property
    def problem(self) -> str:
        return self._problem.text()

    @property
    def line(self) -> str:
        return self._line.text()

    def show_offer(self, offer: Offer, *, has_runs: bool) -> None:
        self.blank.say(offer.glyph, offer.heading, offer.text)
        self.get_button.setText(offer.button)
        self.get_button.setAccessibleName(offer.button.replace("&", ""))
        self.get_button.setProperty("offered", bool(offer.button))
        self.runs_button.setProperty("offered", has_runs)
        self._show()

    def begin(self, heading: str) -> None:
        self._is_busy = True
        self.say_problem("")
        self._bar.setRange(0, 0)
        self._line.setText("")
        self.blank.say("download-simple", heading, self.blank.text)
        self._show()
        self.cancel_button.setFocus()

    def progress(self, progress: Progress) -> None:
        if not self._is_busy:
            return
        if progress.total:
            self._bar.setRange(0, STEPS)
            self._bar.setValue(round(STEPS * min(1.0, progress.done / progress.total)))
        else:
            self._bar.setRange(0, 0)
        self._line.setText(progress_text(progress))

    def end(self) -> None:
        self._is_busy = False
        self._show()

    def say_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _show(self) -> None:
        is_idle = not self._is_busy
        self.get_button.setVisible(is_idle and bool(self.get_button.property("offered")))
        self.sources_button.setVisible(is_idle and bool(self.get_button.property("offered")))
        self.runs_button.setVisible(is_idle and bool(self.runs_button.property("offered")))
        for widget in (self.cancel_button, self._bar, self._line):
            widget.setVisible(self._is_busy)


def _button(glyph: str, role: str, look: str = "") -> QPushButton:
    button = QPushButton(icons.icon(glyph, role), "")
    button.setProperty("look", look)
    return button
