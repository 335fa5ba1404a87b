"""Draws one problem: the picture, or both of a pair, with the box that it is about, and what is wrong."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pyroblur_gui.datasets.dataset import Box, Picture, Problem
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.item_models.gallery_problem_model import Role
from pyroblur_gui.ui.look import Space, Tokens, scaled, tokens
from pyroblur_gui.ui.tabs.datasets.picture_colors import class_color
from pyroblur_gui.ui.tabs.datasets.wording import split_label
from pyroblur_gui.ui.widgets.overlay import SHADE, STILL_THERE

THUMBNAIL = QSize(96, 72)
LEAST_BOX = 5  # a box of the problem is drawn at least so large, or nobody sees it

AnyIndex = QModelIndex | QPersistentModelIndex


class ProblemDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002
        return QSize(320, THUMBNAIL.height() + 2 * Space.S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        problem: Problem = index.data(Role.PROBLEM)
        pictures: list[Picture] = index.data(Role.PICTURES)
        images: list[QImage | None] = index.data(Role.THUMBNAILS)
        look = tokens(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRect(option.rect)
        _background(painter, row.adjusted(2, 2, -2, -2), option.state, look)
        left = row.left() + Space.S
        shown = max(1 if problem.picture is not None else 0, len(pictures))
        for place in range(shown):
            area = QRect(left, row.top() + Space.S, THUMBNAIL.width(), THUMBNAIL.height())
            picture = pictures[place] if place < len(pictures) else None
            image = images[place] if place < len(images) else None
            _thumbnail(painter, area, picture, image, look)
            if picture is not None and image is not None:
                _boxes(painter, _fitted(image, area), picture, problem.box if place == 0 else None)
            left = area.right() + 1 + Space.S
        text = QRect(left + Space.XS, row.top(), row.right() - left - Space.M, row.height())
        _text(painter, text, option.font, _lines(problem, pictures, look))
        painter.restore()


def _background(painter: QPainter, card: QRect, state: QStyle.StateFlag, look: Tokens) -> None:
    is_selected = bool(state & QStyle.StateFlag.State_Selected)
    has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
    if is_selected or has_focus or state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(QPen(QColor(look.accent_text), 2) if has_focus else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.accent_tint if is_selected else look.hover))
        painter.drawRoundedRect(card, 6, 6)


Line = tuple[str, bool, str]  # text, whether it is a heading, colour


def _lines(problem: Problem, pictures: list[Picture], look: Tokens) -> list[Line]:
    names: list[Line] = [(picture.name + _split_of(picture), True, look.text) for picture in pictures]
    return [*names, (problem.detail, False, look.muted)]


def _text(painter: QPainter, area: QRect, font: QFont, lines: list[Line]) -> None:
    bold, small = scaled(font, 1.0, weight=QFont.Weight.DemiBold), scaled(font, 0.9)
    heights = [QFontMetrics(bold if is_heading else small).height() for _, is_heading, _ in lines]
    top = area.center().y() - (sum(heights) + 2 * (len(lines) - 1)) // 2
    for (text, is_heading, shade), height in zip(lines, heights, strict=True):
        face = bold if is_heading else small
        metrics = QFontMetrics(face)
        mode = Qt.TextElideMode.ElideMiddle if is_heading else Qt.TextElideMode.ElideRight
        painter.setFont(face)
        painter.setPen(QColor(shade))
        line = QRect(area.left(), top, area.width(), height)
        shown = metrics.elidedText(text.replace("\n", " "), mode, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        top += height + 2


def _split_of(picture: Picture) -> str:
    return f" · {split_label(picture.split)}" if picture.split is not None else ""


def _thumbnail(painter: QPainter, area: QRect, picture: Picture | None, image: QImage | None, look: Tokens) -> None:
    frame = QPainterPath()
    frame.addRoundedRect(QRectF(area), 4, 4)
    painter.fillPath(frame, QColor(look.sunken))
    if image is None:
        is_broken = picture is not None and bool(picture.error)
        middle = QRect(0, 0, 24, 24)
        middle.moveCenter(area.center())
        icons.draw(painter, middle, "warning-circle" if is_broken else "image", look.disabled)
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(_fitted(image, area), image)


def _fitted(image: QImage, area: QRect) -> QRectF:
    size = image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
    left, top = area.left() + (area.width() - size.width()) // 2, area.top() + (area.height() - size.height()) // 2
    return QRectF(left, top, size.width(), size.height())


def _boxes(painter: QPainter, target: QRectF, picture: Picture, place: int | None) -> None:
    """Its boxes thinly, and the one that the problem is about so that it is seen."""
    painter.save()
    painter.setClipRect(target)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number, box in enumerate(picture.boxes[:100]):
        if number != place:
            painter.setPen(QPen(class_color(box.label), 1))
            painter.drawRect(_rect(target, box))
    if place is not None and place < len(picture.boxes):
        rect = _rect(target, picture.boxes[place])
        grow = max(0.0, (LEAST_BOX - min(rect.width(), rect.height())) / 2)
        rect.adjust(-grow, -grow, grow, grow)
        for pen in (QPen(SHADE, 4), QPen(STILL_THERE, 2)):
            painter.setPen(pen)
            painter.drawRect(rect)
    painter.restore()


def _rect(target: QRectF, box: Box) -> QRectF:
    return QRectF(
        target.left() + box.left * target.width(),
        target.top() + box.top * target.height(),
        (box.right - box.left) * target.width(),
        (box.bottom - box.top) * target.height(),
    )
