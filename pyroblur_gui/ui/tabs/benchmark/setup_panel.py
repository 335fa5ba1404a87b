"""The left side: which models, on what; the button that runs; and the results that were made before."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.media.facts import VIDEO_SUFFIXES
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.benchmark.actions import BenchmarkActions
from pyroblur_gui.ui.tabs.benchmark.file_choice import FileChoice
from pyroblur_gui.ui.tabs.benchmark.presenter import Choice, Draft, Work, title_of
from pyroblur_gui.ui.tabs.benchmark.wording import short
from pyroblur_gui.ui.widgets.check_box import CheckedItems
from pyroblur_gui.ui.widgets.inputs import ComboBox, Switch
from pyroblur_gui.ui.widgets.segments import Segments

WIDTH = 308
BROWSE = "browse:"  # no data set can have this name
VALUE = Qt.ItemDataRole.UserRole
MODELS_HEIGHT = 168


class SetupPanel(QWidget):
    """Emits what the user wants; knows nothing of jobs."""

    result_chosen = Signal(str)

    def __init__(self, actions: BenchmarkActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(WIDTH)
        self._actions = actions
        self._own_data: list[Choice] = []
        self._last_data = 0
        self.models = QListWidget()
        self.models.setProperty("look", "rows")
        self.models.setItemDelegate(CheckedItems(self.models))
        self.models.setAccessibleName(tr("Models"))
        self.models.setMinimumHeight(MODELS_HEIGHT)
        self.models.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.add_model = QPushButton(tr("&Add a model file…"))
        self.data = ComboBox()
        self.data.setAccessibleName(tr("Data set"))
        self.split = Segments([("train", tr("Train")), ("val", tr("Val")), ("test", tr("Test"))])
        self.split.name_for_assistants(tr("Split"))
        self.split.set_value("val")
        self.speed = Switch()
        self.speed.setAccessibleName(tr("Measure the speed"))
        self.speed.setToolTip(tr("Time every engine, precision and batch that works on this machine."))
        self.clip = FileChoice(tr("A clip, to be blurred…"), tr("Choose a clip"), _clip_kinds())
        self.clip.setToolTip(tr("Its blurring is timed from file to file."))
        self.truth = FileChoice(tr("Labels of the clip…"), tr("Choose labels"), tr("Labels (*.csv)"))
        self.truth.setToolTip(
            tr("With a CSV file of frame,class,x,y,w,h (pixels), what stays bare after tracking is counted.")
        )
        self.truth.hide()
        self.results = QListWidget()
        self.results.setProperty("look", "rows")
        self.results.setAccessibleName(tr("Results"))
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setProperty("look", "danger")
        self._problem.hide()
        self._work = QLabel()
        self._work.setProperty("look", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Progress"))
        self._build()
        self._connect()
        self.show_work(None)

    # -- what is shown

    def show_choices(self, models: Sequence[Choice], data: Sequence[Choice]) -> None:
        """Keeps what is chosen, where it is still there, and files that were added."""
        chosen = set(self.chosen_models())
        files = [item.data(VALUE) for item in self._items() if Path(str(item.data(VALUE))).suffix]
        self.models.clear()
        for choice in models:
            self._add_model(choice, is_chosen=choice.value in chosen)
        for file in files:
            self._add_model(Choice(file, short(file), file), is_chosen=file in chosen)
        if not chosen and self.models.count():
            self.models.item(0).setCheckState(Qt.CheckState.Checked)
        before = self.data.currentData()
        self.data.blockSignals(True)
        self.data.clear()
        self.data.addItem(tr("No pictures: speed or a clip"), "")
        for choice in (*data, *self._own_data):
            self.data.addItem(choice.title, choice.value)
        self.data.insertSeparator(self.data.count())
        self.data.addItem(tr("Choose a data.yaml…"), BROWSE)
        place = self.data.findData(before) if before else -1
        self.data.setCurrentIndex(place if place > 0 else min(1, len(data) + len(self._own_data)))
        self._last_data = self.data.currentIndex()
        self.data.blockSignals(False)

    def show_results(self, names: Sequence[str], chosen: str | None) -> None:
        self.results.blockSignals(True)
        self.results.clear()
        for name in names:
            models, when = title_of(name)
            item = QListWidgetItem(f"{models}\n{when}" if when else models)
            item.setData(VALUE, name)
            item.setToolTip(name)
            self.results.addItem(item)
            if name == chosen:
                self.results.setCurrentItem(item)
        self.results.blockSignals(False)
        self._empty.setVisible(not names)
        self.results.setVisible(bool(names))

    def show_work(self, work: Work | None) -> None:
        is_busy = work is not None
        for widget in (self.bar, self._work):
            widget.setVisible(is_busy)
        self.run_button.setVisible(not is_busy)
        self.cancel_button.setVisible(is_busy)
        if work is not None:
            self.say_problem("")
            self._work.setText(work.text)
            self.bar.setRange(0, 0 if work.share is None and not work.is_waiting else 1000)
            self.bar.setValue(round(1000 * (work.share or 0)))

    def say_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    @property
    def problem(self) -> str:
        return self._problem.text()

    # -- what is chosen

    def chosen_models(self) -> tuple[str, ...]:
        return tuple(str(i.data(VALUE)) for i in self._items() if i.checkState() is Qt.CheckState.Checked)

    def choose_models(self, names: Sequence[str]) -> None:
        for item in self._items():
            is_chosen = item.data(VALUE) in names
            item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)

    def draft(self) -> Draft:
        return Draft(
            models=self.chosen_models(),
            data=str(self.data.currentData() or ""),
            split=self.split.value(),
            has_speed=self.speed.isChecked(),
            clip=self.clip.file,
            truth=self.truth.file if self.clip.file is not None else None,
        )

    def take_model(self, file: str) -> None:
        """A file that is measured as it is."""
        if file not in [item.data(VALUE) for item in self._items()]:
            self._add_model(Choice(file, short(file), file), is_chosen=True)

    def take_data(self, file: str) -> None:
        self._own_data.append(Choice(file, f"{Path(file).parent.name}/{Path(file).name}", file))
        place = self.data.findData(BROWSE) - 1
        self.data.insertItem(place, self._own_data[-1].title, file)
        self.data.setCurrentIndex(place)
        self._last_data = place

    # -- how it is done

    def _items(self) -> list[QListWidgetItem]:
        return [self.models.item(row) for row in range(self.models.count())]

    def _add_model(self, choice: Choice, *, is_chosen: bool) -> None:
        item = QListWidgetItem(choice.title)
        item.setData(VALUE, choice.value)
        item.setToolTip(choice.about)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
        self.models.addItem(item)

    def _ask_model(self) -> None:
        self._ask(tr("Choose a model"), tr("Models (*.onnx *.pt)"), self.take_model)

    def _data_chosen(self, place: int) -> None:
        if self.data.itemData(place) == BROWSE:
            self.data.setCurrentIndex(self._last_data)
            self._ask(tr("Choose a data.yaml"), tr("Data sets (*.yaml *.yml)"), self.take_data)
        else:
            self._last_data = place

    def _ask(self, title: str, kinds: str, take: object) -> None:
        dialog = QFileDialog(self, title, str(Path.home()), kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(take)
        dialog.open()

    def _connect(self) -> None:
        self.add_model.clicked.connect(self._ask_model)
        self.data.activated.connect(self._data_chosen)
        self.clip.changed.connect(lambda: self.truth.setVisible(self.clip.file is not None))
        self.run_button.clicked.connect(self._actions.run.trigger)
        self.cancel_button.clicked.connect(self._actions.cancel.trigger)
        self.models.itemDoubleClicked.connect(_toggle)
        self.results.currentItemChanged.connect(
            lambda item, _before: self.result_chosen.emit(item.data(VALUE)) if item is not None else None
        )

    def _build(self) -> None:
        self.run_button = _button(tr("Run benchmark"), "primary")
        self.cancel_button = _button(tr("Cancel"), "")
        self.run_button.setToolTip(self._actions.run.toolTip())
        self.cancel_button.setToolTip(self._actions.cancel.toolTip())
        self.add_model.setProperty("look", "link")
        self.add_model.setAccessibleName(tr("Add a model file"))
        speed = QHBoxLayout()
        words = QLabel(tr("Measure the speed"))
        words.setBuddy(self.speed)
        speed.addWidget(words, 1)
        speed.addWidget(self.speed)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        column.setSpacing(Space.S)
        column.addWidget(self._heading(tr("Models")))
        column.addWidget(self.models, 2)
        column.addWidget(self.add_model, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(Space.S)
        column.addWidget(self._heading(tr("Measure on")))
        column.addWidget(self.data)
        column.addWidget(self.split)
        column.addLayout(speed)
        column.addWidget(self.clip)
        column.addWidget(self.truth)
        column.addSpacing(Space.S)
        column.addWidget(self._problem)
        column.addWidget(self._work)
        column.addWidget(self.bar)
        column.addWidget(self.run_button)
        column.addWidget(self.cancel_button)
        line = QFrame()
        line.setProperty("look", "line")
        column.addSpacing(Space.S)
        column.addWidget(line)
        column.addWidget(self._heading(tr("Results")))
        self._empty = QLabel(tr("What you measure is listed here."))
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        column.addWidget(self._empty)
        column.addWidget(self.results, 3)
        self.results.setMinimumHeight(96)
        column.addStretch(0)

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        return label

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())


def _clip_kinds() -> str:
    return tr("Videos") + f" ({' '.join(f'*{suffix}' for suffix in sorted(VIDEO_SUFFIXES))})"


def _toggle(item: QListWidgetItem) -> None:
    is_chosen = item.checkState() is Qt.CheckState.Checked
    item.setCheckState(Qt.CheckState.Unchecked if is_chosen else Qt.CheckState.Checked)


def _button(text: str, look: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("look", look)
    button.setAccessibleName(text)
    return button
