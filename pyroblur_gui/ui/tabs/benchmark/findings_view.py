"""The gallery of misses and false alarms, worst first: a crop of each, which leads into the data set.

Crops are read from the data set when they come into view, in a thread, and kept in memory only.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QImage, QImageReader, QPainter, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.benchmark.result import BenchmarkResult, Finding, FindingKind
from pyroblur_gui.ui.i18n import numeral, tr, trn
from pyroblur_gui.ui.look import Space, scaled, tokens
from pyroblur_gui.ui.tabs.benchmark.finding_pictures import FindingPictures
from pyroblur_gui.ui.tabs.benchmark.wording import finding_text, short
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.blank import Blank
from pyroblur_gui.ui.widgets.inputs import ComboBox
from pyroblur_gui.ui.widgets.segments import Segments

CELL = QSize(168, 168)
PICTURE = 132
AROUND = 1.5  # box sizes that are shown around a box on each side
LEAST_SHARE = 0.12  # of the picture: of a tiny face, enough is shown to see where it is
MOST_KEPT = 600
FINDING, CROP = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
MARKS = {FindingKind.MISS: "#FF3B30", FindingKind.FALSE_ALARM: "#FFB300"}  # drawn on pictures: data, not the window's
AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class FindingsView(QWidget):
    """opened: the number of a picture in the data set of that name.

    elsewhere: the place of a picture that is in no data set of PyroBlur, and of the data.yaml that leads to it.
    said: a remark for the user.
    """

    opened = Signal(str, int)
    elsewhere = Signal(object, object)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: BenchmarkResult | None = None
        self._pictures = FindingPictures(None)
        self._tasks = Tasks()
        self.model_box = ComboBox()
        self.model_box.setAccessibleName(tr("Model"))
        self.model_box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.kinds = Segments([(FindingKind.MISS, tr("Misses")), (FindingKind.FALSE_ALARM, tr("False alarms"))])
        self.kinds.name_for_assistants(tr("What to show"))
        self.kinds.set_value(FindingKind.MISS)
        self._count = QLabel()
        self._count.setProperty("look", "muted")
        self.items = _Findings(self)
        self.grid = QListView()
        self.grid.setProperty("look", "grid")
        self.grid.setModel(self.items)
        self.grid.setItemDelegate(_FindingDelegate(self.grid))
        self.grid.setViewMode(QListView.ViewMode.IconMode)
        self.grid.setResizeMode(QListView.ResizeMode.Adjust)
        self.grid.setMovement(QListView.Movement.Static)
        self.grid.setUniformItemSizes(True)
        self.grid.setSpacing(Space.XS)
        self.grid.setMouseTracking(True)
        self.grid.setAccessibleName(tr("Misses and false alarms, worst first"))
        self.blank = Blank()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.blank)
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(self.model_box)
        head.addWidget(self.kinds)
        head.addWidget(self._count, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.model_box.currentIndexChanged.connect(self._fill)
        self.kinds.changed.connect(self._fill)
        self.grid.clicked.connect(self._open)
        self.grid.activated.connect(self._open)
        self.items.wanted.connect(lambda finding: self._tasks.run(self._read(finding)))

    async def close_tasks(self) -> None:
        await self._tasks.close()

    def show_result(self, result: BenchmarkResult | None) -> None:
        self._result = result
        self._pictures = FindingPictures(result.data if result is not None else None)
        self.model_box.blockSignals(True)
        self.model_box.clear()
        for model in result.models if result is not None else ():
            self.model_box.addItem(short(model.model))
        self.model_box.blockSignals(False)
        self._fill()

    def _fill(self) -> None:
        place = self.model_box.currentIndex()
        models = self._result.models if self._result is not None else ()
        if not 0 <= place < len(models):
            self.items.show(())
            self._count.setText("")
            return
        model, kind = models[place], FindingKind(self.kinds.value())
        found = [each for each in model.findings if each.kind is kind]
        total = model.misses if kind is FindingKind.MISS else model.false_alarms
        self.items.show(found)
        self._stack.setCurrentWidget(self.grid if found else self.blank)
        if kind is FindingKind.MISS:
            self.blank.say("check-circle", tr("Nothing is missed"), tr("Every labelled object is covered."))
            text = trn("{count} object stays bare", "{count} objects stay bare", total)
        else:
            self.blank.say("check-circle", tr("No false alarm"), tr("Whatever it found is labelled."))
            text = trn("{count} false alarm", "{count} false alarms", total)
        shown = tr("the worst {count} are shown", count=numeral(len(found), ","))
        self._count.setText(text if len(found) == total else f"{text}; {shown}")

    def _open(self, index: QModelIndex) -> None:
        finding: Finding = index.data(FINDING)
        if self._pictures.dataset is not None and finding.picture is not None:
            self.opened.emit(self._pictures.dataset, finding.picture)
        else:
            self._tasks.run(self._find(finding))

    async def _find(self, finding: Finding) -> None:
        pictures = self._pictures
        path = await asyncio.to_thread(pictures.path, finding)
        if path is None or pictures.file is None:
            self.said.emit(tr("{picture} is not where it was when it was measured.", picture=finding.name))
        else:
            self.elsewhere.emit(path, pictures.file)

    async def _read(self, finding: Finding) -> None:
        image = await asyncio.to_thread(_crop, self._pictures, finding)
        if image is not None:
            self.items.keep(finding, image)


class _Findings(QAbstractListModel):
    """wanted: the crop of this finding is asked for, once."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.findings: tuple[Finding, ...] = ()
        self._crops: OrderedDict[Finding, QImage] = OrderedDict()
        self._asked: set[Finding] = set()

    def show(self, findings: Sequence[Finding]) -> None:
        self.beginResetModel()
        self.findings = tuple(findings)
        self._asked.clear()
        self.endResetModel()

    def keep(self, finding: Finding, crop: QImage) -> None:
        self._crops[finding] = crop
        while len(self._crops) > MOST_KEPT:
            self._crops.popitem(last=False)
        if finding in self.findings:
            index = self.index(self.findings.index(finding))
            self.dataChanged.emit(index, index, [CROP])

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.findings)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.findings):
            return None
        finding = self.findings[index.row()]
        answers: dict[int, Callable[[], object]] = {
            FINDING: lambda: finding,
            CROP: lambda: self._crop(finding),
            Qt.ItemDataRole.DisplayRole: lambda: finding_text(finding),
            Qt.ItemDataRole.ToolTipRole: lambda: f"{finding.name}\n{finding_text(finding)}",
            Qt.ItemDataRole.AccessibleTextRole: lambda: f"{finding.name}, {finding_text(finding)}",
            Qt.ItemDataRole.SizeHintRole: lambda: CELL,
        }
        return answers[role]() if role in answers else None

    def _crop(self, finding: Finding) -> QImage | None:
        crop = self._crops.get(finding)
        if crop is None and finding not in self._asked:
            self._asked.add(finding)
            self.wanted.emit(finding)
        return crop


class _FindingDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        look = tokens(option.palette)
        finding: Finding = index.data(FINDING)
        crop: QImage | None = index.data(CROP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRect(option.rect).adjusted(Space.XS, Space.XS, -Space.XS, -Space.XS)
        is_focused = bool(option.state & (QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_Selected))
        if is_focused or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(QRect(option.rect), QColor(look.accent_tint if is_focused else look.hover))
        place = QRect(area.left(), area.top(), area.width(), PICTURE)
        painter.fillRect(place, QColor(look.sunken))
        if crop is not None:
            size = crop.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            shown = QRect(place.center().x() - size.width() // 2, place.center().y() - size.height() // 2,
                          size.width(), size.height())  # fmt: skip
            painter.drawImage(shown, crop)
        painter.setFont(scaled(option.font, 0.85))
        painter.setPen(QColor(look.text if crop is not None else look.muted))
        text = QFontMetrics(painter.font()).elidedText(finding_text(finding), Qt.TextElideMode.ElideRight, area.width())
        below = QRect(area.left(), place.bottom(), area.width(), area.bottom() - place.bottom())
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()


def _crop(pictures: FindingPictures, finding: Finding) -> QImage | None:
    """Around the box, with the box drawn in. Reads the disk: call it in a thread."""
    path = pictures.path(finding)
    if path is None:
        return None
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    image = reader.read()
    if image.isNull():
        return None
    wide, high = image.width(), image.height()
    box = QRectF(finding.left * wide, finding.top * high, (finding.right - finding.left) * wide,
                 (finding.bottom - finding.top) * high)  # fmt: skip
    side = max(max(box.width(), box.height()) * (1 + 2 * AROUND), LEAST_SHARE * max(wide, high))
    window = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
    window = window.intersected(QRectF(0, 0, wide, high))
    crop = image.copy(window.toAlignedRect()).convertToFormat(QImage.Format.Format_RGB32)
    crop = crop.scaled(
        2 * PICTURE, 2 * PICTURE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    factor = crop.width() / max(1.0, window.width())
    painter = QPainter(crop)
    painter.setPen(QPen(QColor(MARKS[finding.kind]), 3))
    painter.drawRect(_scaled(box, window, factor))
    painter.end()
    return crop


def _scaled(box: QRectF, window: QRectF, factor: float) -> QRect:
    left, top = (box.left() - window.left()) * factor, (box.top() - window.top()) * factor
    return QRectF(left, top, box.width() * factor, box.height() * factor).toRect()
