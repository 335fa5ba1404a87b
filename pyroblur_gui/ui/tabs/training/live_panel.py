"""The right side: the run that is shown, live or long ended: its figures, its charts, its log, and what can be done."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QFont, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled
from pyroblur_gui.ui.tabs.training.actions import TrainingActions
from pyroblur_gui.ui.tabs.training.figures import History, as_csv
from pyroblur_gui.ui.tabs.training.result_panel import ResultPanel
from pyroblur_gui.ui.tabs.training.runs import RunLine, Stage
from pyroblur_gui.ui.tabs.training.samples_panel import SamplesPanel
from pyroblur_gui.ui.tabs.training.tiles import Tiles
from pyroblur_gui.ui.tabs.training.told import MOST_LINES, Told
from pyroblur_gui.ui.tabs.training.wording import facts_text, stage_text
from pyroblur_gui.ui.widgets.blank import Blank
from pyroblur_gui.ui.widgets.charts_view import ChartsView
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.inputs import Slider
from pyroblur_gui.ui.widgets.notice import Notice
from pyroblur_gui.ui.widgets.segments import Segments

if TYPE_CHECKING:
    from pyroblur_gui.ui.tabs.training.charts_board import ChartsBoard

CHARTS, PICTURES, RESULT, LOG = "charts", "pictures", "result", "log"
NARROWEST = 384
NARROW = 560  # below it, buttons show no words
MOST_SMOOTHING = 98  # percent


class LivePanel(ChartsView):
    """Shows what it is given."""

    def __init__(self, actions: TrainingActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(NARROWEST)
        self._actions = actions
        self._line: RunLine | None = None
        self._told = Told()
        self._samples_are_read = False
        self._result_is_read = False
        self._is_narrow = False
        self.board: ChartsBoard | None = None
        self.empty = Blank()
        self.waiting = Blank()
        self.notice = Notice("warning-circle-fill")
        self.tiles = Tiles()
        self.samples = SamplesPanel()
        self.result = ResultPanel()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(MOST_LINES)
        self.log.setFrameShape(QFrame.Shape.NoFrame)
        self.log.setAccessibleName(tr("Log"))
        self._build()
        self.views.changed.connect(self._turn)
        self.smoothing.valueChanged.connect(self._smooth)
        self.png_button.clicked.connect(self._ask_for_png)
        self.csv_button.clicked.connect(self._ask_for_csv)

    # -- what is shown

    def load_charts(self) -> None:
        """Makes the charts; call it after `charts_view.load_charts`."""
        if self.board is None:
            from pyroblur_gui.ui.tabs.training.charts_board import ChartsBoard  # noqa: PLC0415 - see charts_view.load_charts

            self.board = ChartsBoard()
            self._views.addWidget(self.board)
            self.board.show_history(self._told.history)
            self._turn()

    def show_run(self, line: RunLine | None, told: Told) -> None:
        """Another run, or the same with other figures. None: there is none."""
        is_other = line is None or self._line is None or line.name != self._line.name
        self._told = told
        self._stack.setCurrentIndex(0 if line is None else 1)
        if line is None:
            self._line = None
            return
        self.log.setPlainText("\n".join(told.log))
        if self.board is not None:
            self.board.show_history(told.history)
        self.change(line)
        if is_other:
            self._samples_are_read = False
            self._read_samples()

    def change(self, line: RunLine) -> None:
        """How far it is."""
        if self._line is None or (line.name, line.stage) != (self._line.name, self._line.stage):
            self._result_is_read = False
        self._line = line
        self._name.setText(line.name)
        self._facts.setText(f"{stage_text(line.stage)} · {facts_text(line)}")
        self.tiles.show_run(line)
        self.notice.say(failure_text(line) if line.stage is Stage.FAILED else "")
        self._actions.update_for(line)
        for button in self._buttons:
            action = button.defaultAction()
            is_for_now = (action in self._actions.of_course) == line.stage.is_under_way
            button.setVisible(action.isEnabled() and (is_for_now or action is self._actions.show_in_folder))
        self._turn()

    def point_added(self) -> None:
        if self.board is not None:
            self.board.mark()
        if self._views.currentWidget() is self.waiting:
            self._turn()

    def samples_added(self) -> None:
        """The run has told what it found in its sample pictures."""
        if self._views.currentWidget() is self.samples:
            self.samples.refresh()
        else:
            self._samples_are_read = False

    def log_added(self, text: str) -> None:
        self.log.appendPlainText(text)

    @property
    def history(self) -> History:
        return self._told.history

    # -- what is saved

    def _board_to_save(self) -> QWidget | None:
        if self.board is None:
            return None
        self.board.draw_all()
        return self.board.board

    def _table_to_save(self) -> str | None:
        return as_csv(self.history)

    def _name_to_save(self) -> str:
        return self._line.name if self._line is not None else "run"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._is_narrow = self.width() < NARROW
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._tools.setDirection(down if self._is_narrow else across)
        for button in self._buttons:
            is_worded = button.defaultAction() in self._worded and not self._is_narrow
            icon, words = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            button.setToolButtonStyle(words if is_worded else icon)
        self._turn()

    # -- how it is built

    def _turn(self) -> None:
        is_log, is_charts = (self.views.value() == view for view in (LOG, CHARTS))
        has_figures = bool(self.history.names()) and self.board is not None
        if is_log:
            self._views.setCurrentWidget(self.log)
        elif self.views.value() == PICTURES:
            self._views.setCurrentWidget(self.samples)
            self._read_samples()
        elif self.views.value() == RESULT:
            self._views.setCurrentWidget(self.result)
            self._read_result()
        elif has_figures and self.board is not None:
            self._views.setCurrentWidget(self.board)
        else:
            self._say_waiting()
        for widget in (self.smoothing, self._smoothing_label, self.png_button):
            widget.setVisible(has_figures and is_charts)
        self.csv_button.setVisible(has_figures)

    def _read_samples(self) -> None:
        """When they are looked at, and not before: a run that is only passed by costs nothing."""
        if self.views.value() == PICTURES and self._line is not None and not self._samples_are_read:
            self._samples_are_read = True
            self.samples.begin()

    def _read_result(self) -> None:
        """When it is looked at, and again when the run has come to another stage."""
        if self._line is not None and not self._result_is_read:
            self._result_is_read = True
            self.result.wanted.emit()

    def _say_waiting(self) -> None:
        """What stands there instead of charts."""
        stage = self._line.stage if self._line is not None else Stage.WAITING
        if self.board is None:
            words = ("hourglass", tr("The charts are being made"), "")
        elif stage.is_active:
            words = ("hourglass", tr("It is being prepared"), tr("The first figures come with the first step."))
        elif stage in {Stage.WAITING, Stage.HELD}:
            words = (
                "clock",
                tr("It has not begun"),
                tr("Runs are trained one after another."),
            )
        else:
            text = tr("Resume begins it anew. “Duplicate with changes” puts what it was told into the form.")
            words = ("chart-line-up", tr("It has learnt nothing yet"), text)
        self.waiting.say(*words)
        self._views.setCurrentWidget(self.waiting)

    def _smooth(self, percent: int) -> None:
        if self.board is not None:
            self.board.set_smoothing(percent / 100)

    def _build(self) -> None:
        self.views = Segments(
            [(CHARTS, tr("Charts")), (PICTURES, tr("Pictures")), (RESULT, tr("Result")), (LOG, tr("Log"))]
        )
        self.views.name_for_assistants(tr("View"))
        self.views.set_value(CHARTS)
        self.views.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._views = QStackedWidget()
        self._views.addWidget(self.waiting)
        self._views.addWidget(self.log)
        self._views.addWidget(self.samples)
        self._views.addWidget(self.result)
        run = QWidget()
        column = QVBoxLayout(run)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_head())
        column.addWidget(self.notice)
        column.addWidget(self.tiles)
        column.addLayout(self._build_tools())
        column.addWidget(self._views, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(run)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _build_head(self) -> QWidget:
        self._name = ElidedLabel()
        self._name.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._facts = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self._facts.setProperty("look", "muted")
        self._facts.setFont(scaled(self.font(), 0.9))
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addStretch()
        texts.addWidget(self._name)
        texts.addWidget(self._facts)
        texts.addStretch()
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, 0, Space.S, 0)
        head.setSpacing(2)
        head.addLayout(texts, 1)
        act = self._actions
        self._worded = (act.finish, act.stop, act.resume, act.use)
        self._buttons = [
            _button(action, is_worded=action in self._worded)
            for action in (*act.of_course, act.resume, act.use, act.export, act.continue_, act.duplicate,
                           act.show_in_folder, act.remove)
        ]  # fmt: skip
        for button in self._buttons:
            head.addWidget(button)
        bar = QWidget()
        bar.setLayout(head)
        bar.setFixedHeight(BAR_HEIGHT)
        return bar

    def _build_tools(self) -> QBoxLayout:
        self.smoothing = Slider()
        self.smoothing.setRange(0, MOST_SMOOTHING)
        self.smoothing.setMinimumWidth(60)
        self.smoothing.setMaximumWidth(140)
        self.smoothing.setAccessibleName(tr("Smoothing"))
        self.smoothing.setToolTip(tr("Each point becomes an average with those before it; the faint line stays exact."))
        self._smoothing_label = QLabel(tr("Smoothing"))
        self._smoothing_label.setBuddy(self.smoothing)
        self.png_button = _export_button(tr("Save the charts as PNG"), "image")
        self.csv_button = _export_button(tr("Save the figures as CSV"), "table")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch()
        row.addWidget(self._smoothing_label)
        row.addWidget(self.smoothing)
        row.addWidget(self.png_button)
        row.addWidget(self.csv_button)
        self._tools = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._tools.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        self._tools.setSpacing(Space.S)
        self._tools.addWidget(self.views)
        self._tools.addLayout(row, 1)
        return self._tools


def _button(action: QAction, *, is_worded: bool) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text().replace("&", "").rstrip("…"))
    if is_worded:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def _export_button(text: str, glyph: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icons.icon(glyph))
    button.setIconSize(QSize(18, 18))
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
