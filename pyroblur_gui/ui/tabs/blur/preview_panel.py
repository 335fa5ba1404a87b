"""The picture in the middle: before and after, the time line, what was found, and the live frame of a running job."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import numeral, tr
from pyroblur_gui.ui.item_models.queue_model import pixmap_of
from pyroblur_gui.ui.look import BAR_HEIGHT, Space, scaled
from pyroblur_gui.ui.pictures import Mark, Picture
from pyroblur_gui.ui.tabs.blur.inspector import Shown
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState
from pyroblur_gui.ui.tabs.blur.wording import clock_text, facts_text
from pyroblur_gui.ui.widgets.compare_view import CompareView
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.inputs import Slider
from pyroblur_gui.ui.widgets.notice import Notice


class PreviewPanel(QWidget):
    """Shows what the inspector tells it to; an InspectorView."""

    sought = Signal(float)
    live_asked = Signal()
    thresholds = Signal(object)
    engine = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.picture = CompareView()
        self.notice = Notice()
        self._name = ElidedLabel()
        self._name.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self._facts = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self._facts.setProperty("look", "muted")
        self._marks = _toggle("bounding-box", tr("Show what was found"))
        self._marks.setChecked(True)
        self._live = _toggle("broadcast", tr("Show the frame being worked on"))
        self._live.setText(tr("Live"))
        self._live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._slider = Slider()
        self._slider.setAccessibleName(tr("Time in the video"))
        self._slider.setToolTip(tr("Drag to look at any frame before starting"))
        self._slider.setSingleStep(40)
        self._slider.setPageStep(1000)
        self._now = QLabel(clock_text(0))
        self._end = QLabel(clock_text(0))
        for label in (self._now, self._end):
            label.setProperty("look", "muted")
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance("0:00:00"))
        self._end.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._now.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._end.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._time = QWidget()
        self._build()
        self._slider.valueChanged.connect(lambda value: self.sought.emit(value / 1000))
        self._marks.toggled.connect(self.picture.set_marks_shown)
        self._live.clicked.connect(self._live_clicked)
        self.show_nothing()

    # -- InspectorView

    def show_nothing(self) -> None:
        self._name.setText("")
        self._facts.setText("")
        self.notice.say("")
        self._time.hide()
        self._live.hide()
        self._marks.setEnabled(False)
        self.picture.show_message("image-square", tr("Choose a file to look at it"), "")

    def show_item(self, item: Item) -> None:
        self._name.setText(item.source.name)
        self._facts.setText(facts_text(item))
        is_failed = item.state is ItemState.FAILED  # then the message stands where the picture would
        self.notice.say("" if is_failed else " ".join(part for part in (item.message, item.hint) if part))

    def show_waiting(self, *, is_waiting: bool) -> None:
        self.picture.set_busy(is_waiting)

    def show_frame(self, shown: Shown) -> None:
        after = pixmap_of(shown.after) if shown.after is not None else None
        self.picture.show_pair(pixmap_of(shown.before), after, tr("Result") if shown.is_result else tr("After"))
        self._marks.setEnabled(True)

    def show_marks(self, marks: list[Mark]) -> None:
        self.picture.set_marks(marks)

    def show_live(self, picture: Picture, *, frame: int, time_s: float) -> None:
        self.picture.show_live(pixmap_of(picture), tr("Live · frame {number}", number=numeral(frame + 1, ",")))
        self._show_now(time_s)

    def show_problem(self, message: str, hint: str) -> None:
        self._marks.setEnabled(False)
        self.picture.show_message("warning-circle", message, hint)

    def show_time(self, time_s: float, duration_s: float) -> None:
        self._time.setVisible(duration_s > 0)
        self._slider.blockSignals(True)
        self._slider.setRange(0, max(1, round(duration_s * 1000)))
        self._slider.setValue(round(time_s * 1000))
        self._slider.blockSignals(False)
        self._now.setText(clock_text(time_s))
        self._end.setText(clock_text(duration_s))

    def thresholds_known(self, thresholds: Mapping[str, float]) -> None:
        self.thresholds.emit(dict(thresholds))

    def engine_known(self, text: str) -> None:
        self.engine.emit(text)

    def show_mode(self, *, is_live: bool, can_be_live: bool) -> None:
        self._live.setVisible(can_be_live)
        self._live.setChecked(is_live)
        self._marks.setEnabled(not is_live)

    # -- how it is built

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, 0, Space.S, 0)
        head.setSpacing(Space.M)
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        head.addWidget(self._name)
        head.addWidget(self._facts, 1)
        head.addWidget(self._live)
        head.addWidget(self._marks)
        bar = QWidget()
        bar.setLayout(head)
        bar.setFixedHeight(BAR_HEIGHT)
        time = QHBoxLayout(self._time)
        time.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        time.setSpacing(Space.S)
        time.addWidget(self._now)
        time.addWidget(self._slider, 1)
        time.addWidget(self._end)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.notice)
        column.addWidget(self.picture, 1)
        column.addWidget(self._time)

    def _show_now(self, time_s: float) -> None:
        self._now.setText(clock_text(time_s))

    def _live_clicked(self) -> None:
        if self._live.isChecked():
            self.live_asked.emit()
        else:
            self.sought.emit(self._slider.value() / 1000)


def _toggle(glyph: str, what: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icons.icon(glyph))
    button.setIconSize(QSize(18, 18))
    button.setCheckable(True)
    button.setToolTip(what)
    button.setAccessibleName(what)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
