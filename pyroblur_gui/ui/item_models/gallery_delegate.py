"""Draws one picture of the gallery: thumbnail, boxes in the colours of their classes, badges, name."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.item_models.gallery_model import Role
from pyroblur_gui.ui.look import Space, Tokens, scaled, tokens
from pyroblur_gui.ui.tabs.datasets.gallery_reader import Row
from pyroblur_gui.ui.tabs.datasets.picture_colors import class_color
from pyroblur_gui.ui.widgets.overlay import SHADE

SIZES = (120, 168, 224, 296)  # widths of cells
USUAL_SIZE = 1
PADDING = 5
BADGE = 22
MOST_BOXES = 200  # drawn over a thumbnail; a crowd of more is one grey mass

AnyIndex = QModelIndex | QPersistentModelIndex


class GalleryDelegate(QStyledItemDelegate):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = USUAL_SIZE

    def step(self, steps: int) -> bool:
        """Larger or smaller cells; whether anything changed."""
        size = min(max(0, self._size + steps), len(SIZES) - 1)
        is_other, self._size = size != self._size, size
        return is_other

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        width = SIZES[self._size]
        line = QFontMetrics(scaled(option.font, 0.85)).height()
        return QSize(width, round(width * 0.75) + line + 2 * PADDING + Space.XS)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row: Row | None = index.data(Role.ROW)
        look = tokens(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell = QRect(option.rect)
        _background(painter, cell.adjusted(1, 1, -1, -1), option.state, look)
        small = scaled(option.font, 0.85)
        metrics = QFontMetrics(small)
        inner = cell.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        area = inner.adjusted(0, 0, 0, -metrics.height() - Space.XS)
        image = index.data(Role.THUMBNAIL)
        _picture(painter, area, row, image, look)
        if row is not None:
            _badges(painter, area, row, look)
            painter.setFont(small)
            painter.setPen(QColor(look.text if option.state & QStyle.StateFlag.State_Selected else look.muted))
            line = QRect(inner.left() + 2, area.bottom() + Space.XS, inner.width() - 4, metrics.height())
            name = row.picture.name.rsplit("/", 1)[-1].replace("\n", " ")
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


def _background(painter: QPainter, card: QRect, state: QStyle.StateFlag, look: Tokens) -> None:
    is_selected = bool(state & QStyle.StateFlag.State_Selected)
    has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
    if not (is_selected or has_focus or state & QStyle.StateFlag.State_MouseOver):
        return
    painter.setPen(QPen(QColor(look.accent_text), 2) if has_focus else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.accent_tint if is_selected else look.hover))
    painter.drawRoundedRect(card, 6, 6)


def _picture(painter: QPainter, area: QRect, row: Row | None, image: QImage | None, look: Tokens) -> None:
    """The whole picture, fitted; an icon until there is one, or where there can be none."""
    frame = QPainterPath()
    frame.addRoundedRect(QRectF(area), 4, 4)
    painter.fillPath(frame, QColor(look.sunken))
    if row is None:
        return
    if image is None:
        glyph = "warning-circle" if row.picture.error else "image"
        middle = QRect(0, 0, 24, 24)
        middle.moveCenter(area.center())
        icons.draw(painter, middle, glyph, look.danger if row.picture.error else look.disabled)
        return
    size = image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(
        area.left() + (area.width() - size.width()) // 2, area.top() + (area.height() - size.height()) // 2,
        size.width(), size.height(),
    )  # fmt: skip
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)
    _boxes(painter, QRectF(place), row)


def _boxes(painter: QPainter, place: QRectF, row: Row) -> None:
    """On whole pixels and without smoothing: there may be hundreds on screen. Suggestions are dashed."""
    painter.save()
    painter.setClipRect(place)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    by_kind: dict[tuple[int, bool], list[QRect]] = {}
    for box in row.picture.boxes[:MOST_BOXES]:
        rect = QRectF(
            place.left() + box.left * place.width(), place.top() + box.top * place.height(),
            (box.right - box.left) * place.width(), (box.bottom - box.top) * place.height(),
        ).toRect()  # fmt: skip
        by_kind.setdefault((box.label, box.is_truth), []).append(rect)
    painter.setPen(QPen(SHADE, 3))
    for rects in by_kind.values():
        painter.drawRects(rects)
    for (label, is_truth), rects in by_kind.items():
        pen = QPen(class_color(label), 1)
        if not is_truth:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawRects(rects)
    painter.restore()


def _badges(painter: QPainter, area: QRect, row: Row, look: Tokens) -> None:
    """In the upper right corner: problems, and suggestions that wait."""
    right = area.right() - 3
    for shown, glyph, shade, ground in (
        (bool(row.problems), "warning-circle-fill", look.warning, look.warning_tint),
        (row.suggestions > 0, "sparkle", look.accent_text, look.accent_tint),
    ):
        if shown:
            disc = QRect(right - BADGE + 1, area.top() + 4, BADGE, BADGE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawEllipse(disc)
            icons.draw(painter, disc.adjusted(4, 4, -4, -4), glyph, shade)
            right -= BADGE + 3
