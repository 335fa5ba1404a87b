"""One line of the list of work: what runs on which data set, how far it is, and what can be done about it."""

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolButton, QWidget

from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.datasets.jobs import MAKES
from pyroblur_gui.ui.tabs.datasets.work_items import WorkItem, status_text
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.glyph import Glyph

STEPS = 1000
_GLYPHS: dict[JobState, tuple[str, str]] = {
    JobState.QUEUED: ("clock", "muted"),
    JobState.RUNNING: ("play-fill", "accent_text"),
    JobState.PAUSED: ("pause-fill", "muted"),
    JobState.DONE: ("check-circle-fill", "success"),
    JobState.FAILED: ("warning-circle-fill", "danger"),
    JobState.CANCELLED: ("x-circle-fill", "muted"),
    JobState.INTERRUPTED: ("arrow-clockwise", "warning"),
}


class WorkRow(QWidget):
    pause_asked = Signal()
    go_on_asked = Signal()
    cancel_asked = Signal()
    let_go_asked = Signal()
    key_asked = Signal()
    open_asked = Signal()

    def __init__(self, item: WorkItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = Glyph("clock", role="muted", size=18)
        self._title = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self._title.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._status = QLabel()
        self._status.setWordWrap(True)
        self._status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self.open_button = self._words(tr("Show"), self.open_asked)
        self.key_button = self._words(tr("Enter key…"), self.key_asked)
        self.go_on_button = self._words("", self.go_on_asked)
        self.pause_button = self._icon("pause", self.pause_asked)
        self.cancel_button = self._icon("stop", self.cancel_asked)
        self.let_go_button = self._icon("x", self.let_go_asked)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.XS)
        for button in self._buttons():
            buttons.addWidget(button)
        grid = QGridLayout(self)
        grid.setContentsMargins(Space.L, Space.S, Space.S, Space.S)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.XS)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._glyph, 0, 0)
        grid.addWidget(self._title, 0, 1)
        grid.addLayout(buttons, 0, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._status, 1, 1)
        grid.addWidget(self._bar, 2, 1, 1, 2)
        self.show_item(item)

    @property
    def text(self) -> str:
        """What the second line says."""
        return self._status.text()

    def height_for(self, width: int) -> int:
        """What it takes at this width, with its texts wrapped."""
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else 0

    def show_item(self, item: WorkItem) -> None:
        self._glyph.set_glyph(*_GLYPHS[item.state])
        self._title.setText(item.title)
        self._say(status_text(item), "danger" if item.state is JobState.FAILED else "muted")
        self.setAccessibleName(f"{item.title}. {status_text(item)}")
        self._show_progress(item)
        self._show_buttons(item)

    def _say(self, text: str, look: str) -> None:
        self._status.setText(text)
        if self._status.property("look") != look:
            self._status.setProperty("look", look)
            self._status.style().polish(self._status)

    def _show_progress(self, item: WorkItem) -> None:
        is_shown = item.state in {JobState.RUNNING, JobState.PAUSED}
        self._bar.setVisible(is_shown)
        fraction = item.fraction
        if is_shown and fraction is None and item.state is JobState.RUNNING:
            self._bar.setRange(0, 0)  # moves: how much there is, is not known
        else:
            self._bar.setRange(0, STEPS)
            self._bar.setValue(round((fraction or 0.0) * STEPS))
        self._bar.setAccessibleName(tr("Progress of: {what}", what=item.title))

    def _show_buttons(self, item: WorkItem) -> None:
        state = item.state
        resumes = state in {JobState.PAUSED, JobState.INTERRUPTED}
        retries = state in {JobState.FAILED, JobState.CANCELLED}
        is_over = state.is_over
        self.open_button.setVisible(state is JobState.DONE)
        self.key_button.setVisible(item.wants_key)
        self.go_on_button.setVisible(resumes or retries)
        self.go_on_button.setText(tr("Resume") if resumes else tr("Try again"))
        self.pause_button.setVisible(state is JobState.RUNNING)
        self.cancel_button.setVisible(item.is_under_way)
        self.let_go_button.setVisible(is_over)
        deletes = item.kind in MAKES and state is not JobState.DONE
        self.let_go_button.setToolTip(tr("Remove, and delete what was fetched so far") if deletes else tr("Remove"))
        self.pause_button.setToolTip(tr("Pause"))
        self.cancel_button.setToolTip(tr("Cancel"))
        for button in self._buttons():
            what = button.text() or button.toolTip()
            button.setAccessibleName(f"{what}: {item.title}")

    def _buttons(self) -> tuple[QPushButton | QToolButton, ...]:
        return (
            self.open_button, self.key_button, self.go_on_button, self.pause_button, self.cancel_button,
            self.let_go_button,
        )  # fmt: skip

    def _words(self, text: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(signal)
        return button

    def _icon(self, name: str, signal: SignalInstance) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(name))
        button.setIconSize(QSize(18, 18))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(signal)
        return button
