"""Which pictures are shown: a choice for everything that a filter knows, in one line where there is room for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QWidget

from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.validate import KINDS
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.fields import class_label
from pyroblur_gui.ui.i18n import numeral, tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.datasets.gallery_reader import SetFacts
from pyroblur_gui.ui.tabs.datasets.wording import matches_text, split_label
from pyroblur_gui.ui.widgets.inputs import ComboBox

T = TypeVar("T")

TYPING_MS = 250
ONE_LINE_FROM = 1040  # pixels
WIDEST = 300  # of a choice
ANY = ""

# least and most pixels of a box's shorter side
SIZES: Mapping[str, tuple[float | None, float | None]] = {
    "tiny": (None, 12),
    "small": (12, 24),
    "medium": (24, 64),
    "large": (64, None),
}


class FilterBar(QWidget):
    """Emits the filter when the user changes it; `show_facts` says what there is to choose from."""

    changed = Signal(Filter)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = Filter()
        self._is_telling = True
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Search names"))
        self.text.setAccessibleName(tr("Search names"))
        self.text.setClearButtonEnabled(True)
        self.split = _combo(tr("Split"))
        self.label = _combo(tr("Class"))
        self.source = _combo(tr("Source"))
        self.box_size = _combo(tr("Box size"))
        self.problem = _combo(tr("Problem"))
        self.suggestions = QToolButton()
        self.suggestions.setIcon(icons.icon("sparkle"))
        self.suggestions.setIconSize(QSize(18, 18))
        self.suggestions.setCheckable(True)
        self.suggestions.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.suggestions.setToolTip(tr("Only pictures with suggestions that wait for you"))
        self.suggestions.setAccessibleName(tr("Only pictures with suggestions"))
        self.count = QLabel()
        self.count.setProperty("look", "muted")
        self.count.setAccessibleName(tr("Pictures shown"))
        self.clear = QToolButton()
        self.clear.setIcon(icons.icon("x", "muted"))
        self.clear.setToolTip(tr("Show all pictures again"))
        self.clear.setAccessibleName(tr("Clear all filters"))
        self.clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._build()
        self._fill_fixed()
        self._connect()
        self.set_count(0, 0)

    @property
    def filter(self) -> Filter:
        return self._filter

    def show_facts(self, facts: SetFacts) -> None:
        """What can be chosen of this data set; a choice that it still has stays."""
        self._is_telling = False
        self._refill(self.label, tr("All classes"), [(class_label(n), i) for i, n in enumerate(facts.classes)])
        self._refill(self.source, tr("All sources"), [(source.title, source.id) for source in facts.sources])
        self._refill(self.problem, tr("With or without problems"), _kinds(facts.problems))
        self.source.setVisible(len(facts.sources) > 1)
        self.suggestions.setVisible(facts.suggestions > 0 or self._filter.has_suggestions)
        self._is_telling = True
        self._tell()

    def reset(self) -> None:
        """Everything is shown again."""
        self.set_filter(Filter())

    def set_filter(self, wanted: Filter) -> None:
        """Shows a filter that was chosen elsewhere (a kind of problem, say), and tells it."""
        self._is_telling = False
        self.text.setText(wanted.text)
        _choose(self.split, wanted.splits[0] if wanted.splits else ANY)
        _choose(self.label, wanted.labels[0] if wanted.labels else ANY)
        _choose(self.source, wanted.sources[0] if wanted.sources else ANY)
        _choose(self.problem, wanted.problems[0] if wanted.problems else ANY)
        sizes = [name for name, limits in SIZES.items() if limits == (wanted.least_px, wanted.most_px)]
        boxes = {None: ANY, True: "some", False: "none"}[wanted.has_boxes]
        _choose(self.box_size, sizes[0] if sizes else boxes)
        self.suggestions.setChecked(wanted.has_suggestions)
        self._is_telling = True
        self._typing.stop()
        self._tell()

    def set_count(self, count: int, total: int) -> None:
        self.count.setText(matches_text(count, total))
        self.clear.setEnabled(self._filter != Filter())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= ONE_LINE_FROM
        wanted = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        if self._lines.direction() is not wanted:
            self._lines.setDirection(wanted)

    # -- how it is done

    def _read(self) -> Filter:
        size = str(self.box_size.currentData() or ANY)
        least, most = SIZES.get(size, (None, None))
        return Filter(
            splits=_of(self.split, Split),
            sources=_of(self.source, int),
            labels=_of(self.label, int),
            least_px=least,
            most_px=most,
            problems=_of(self.problem, str),
            text=self.text.text().strip(),
            has_suggestions=self.suggestions.isChecked(),
            has_boxes={"some": True, "none": False}.get(size),
        )

    def _tell(self) -> None:
        if not self._is_telling:
            return
        wanted = self._read()
        if wanted != self._filter:
            self._filter = wanted
            self.clear.setEnabled(wanted != Filter())
            self.changed.emit(wanted)

    def _refill(self, box: ComboBox, everything: str, choices: Sequence[tuple[str, object]]) -> None:
        chosen = box.currentData()
        box.clear()
        box.addItem(everything, ANY)
        for label, value in choices:
            box.addItem(label, value)
        _choose(box, chosen)

    def _fill_fixed(self) -> None:
        self._is_telling = False
        splits = [(split_label(split), split) for split in Split]
        self._refill(self.split, tr("All splits"), splits)
        self._refill(
            self.box_size,
            tr("All box sizes"),
            [
                (tr("Boxes under 12 px"), "tiny"),
                (tr("Boxes of 12 to 24 px"), "small"),
                (tr("Boxes of 24 to 64 px"), "medium"),
                (tr("Boxes over 64 px"), "large"),
                (tr("With boxes"), "some"),
                (tr("Without boxes"), "none"),
            ],
        )
        self._refill(self.label, tr("All classes"), [])
        self._refill(self.source, tr("All sources"), [])
        self._refill(self.problem, tr("With or without problems"), [])
        self._is_telling = True

    def _connect(self) -> None:
        self.text.textChanged.connect(self._typing.start)
        self._typing.timeout.connect(self._tell)
        for box in (self.split, self.label, self.source, self.box_size, self.problem):
            box.currentIndexChanged.connect(self._tell)
        self.suggestions.toggled.connect(self._tell)
        self.clear.clicked.connect(self.reset)

    def _build(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for line in (first, second):
            line.setSpacing(Space.S)
        self.text.setMinimumWidth(100)
        for box in (self.split, self.box_size):
            box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMinimumContentsLength(0)  # its longest choice is the least
        self.label.setMinimumContentsLength(len(tr("All classes")))
        first.addWidget(self.text, 2)
        for box in (self.split, self.label, self.box_size):
            first.addWidget(box, 1)
        for box in (self.source, self.problem):
            box.setMaximumWidth(WIDEST)
            second.addWidget(box, 3)
        second.addWidget(self.suggestions)
        second.addStretch(1)
        second.addWidget(self.count)
        second.addWidget(self.clear)
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(Space.L, 0, Space.S, Space.S)
        self._lines.setSpacing(Space.S)
        self._lines.addLayout(first, 1)
        self._lines.addLayout(second, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)


def _combo(name: str) -> ComboBox:
    box = ComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setMinimumContentsLength(8)
    return box


def _choose(box: ComboBox, value: object) -> None:
    found = next((place for place in range(box.count()) if box.itemData(place) == value), 0)
    box.setCurrentIndex(found)


def _of(box: ComboBox, convert: Callable[[Any], T]) -> tuple[T, ...]:
    """What is chosen, as a filter takes it. Any: Qt gives back what was put in."""
    value = box.currentData()
    return (convert(value),) if value not in {ANY, None} else ()


def _kinds(problems: Mapping[str, int]) -> list[tuple[str, object]]:
    """Kinds of problems that there are, with how many."""
    known = [kind for kind in KINDS if problems.get(kind)]
    return [(f"{tr(KINDS[kind].title)} ({numeral(problems[kind], ',')})", kind) for kind in known]
