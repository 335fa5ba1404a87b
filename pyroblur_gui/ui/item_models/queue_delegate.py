"""Draws one line of the list: picture, name, facts, state with its icon, and how far it is."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pyroblur_gui.media.facts import Kind
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.item_models.queue_model import Role
from pyroblur_gui.ui.look import Space, Tokens, scaled, tokens
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState
from pyroblur_gui.ui.tabs.blur.wording import STATE_ICONS, facts_text, found_text, progress_text, state_text

THUMBNAIL = QSize(64, 48)
ICON = 16
BAR = 4
GAP = 4


class QueueDelegate(QStyledItemDelegate):
    """Three lines of text a row: name and state, facts, and what is to be said of it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        line = QFontMetrics(option.font).height()
        small = QFontMetrics(_small(option.font)).height()
        text = line + 2 * (small + GAP)
        return QSize(260, max(text, THUMBNAIL.height()) + 2 * Space.M)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item: Item = index.data(Role.ITEM)
        look = tokens(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRect(option.rect)
        self._background(painter, row, option, look)
        inner = row.adjusted(Space.M, Space.M, -Space.M, -Space.M)
        picture = QRect(inner.left(), inner.center().y() + 1 - THUMBNAIL.height() // 2, *THUMBNAIL.toTuple())
        _thumbnail(painter, picture, index.data(Role.THUMBNAIL), item, look)
        text = QRect(inner)
        text.setLeft(picture.right() + 1 + Space.M)
        self._text(painter, text, option.font, item, look)
        painter.restore()

    def _background(self, painter: QPainter, row: QRect, option: QStyleOptionViewItem, look: Tokens) -> None:
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        card = row.adjusted(Space.XS, 2, -Space.XS, -2)
        painter.setPen(QColor(look.accent_text) if has_focus and is_selected else Qt.PenStyle.NoPen)
        if is_selected or is_hovered:
            painter.setBrush(QColor(look.accent_tint if is_selected else look.hover))
            painter.drawRoundedRect(card, 6, 6)

    def _text(self, painter: QPainter, area: QRect, font: QFont, item: Item, look: Tokens) -> None:
        bold = scaled(font, 1.0, weight=QFont.Weight.DemiBold)
        small = _small(font)
        line, small_line = QFontMetrics(bold).height(), QFontMetrics(small).height()
        has_last = item.state in {ItemState.RUNNING, ItemState.PAUSED} or bool(_note(item))
        used = line + small_line + GAP + (small_line + GAP if has_last else 0)
        top = area.center().y() + 1 - used // 2
        state_width = self._state(painter, QRect(area.left(), top, area.width(), line), small, item, look)
        name = QRect(area.left(), top, area.width() - state_width - Space.M, line)
        _write(painter, name, bold, look.text, _short(item.source.name, bold, name.width()))
        facts = QRect(area.left(), name.bottom() + GAP, area.width(), small_line)
        _write(painter, facts, small, look.muted, facts_text(item))
        last = QRect(area.left(), facts.bottom() + GAP, area.width(), small_line)
        if item.state in {ItemState.RUNNING, ItemState.PAUSED}:
            self._progress(painter, last, small, item, look)
        elif note := _note(item):
            shade = {ItemState.FAILED: look.danger, ItemState.LOOK: look.warning}.get(item.state, look.muted)
            _write(painter, last, small, shade, note)

    def _state(self, painter: QPainter, line: QRect, font: QFont, item: Item, look: Tokens) -> int:
        """Icon and word at the right end of the line; returns their width."""
        word = state_text(item)
        shade = _shade(item.state, look)
        width = QFontMetrics(font).horizontalAdvance(word)
        text = QRect(line.right() - width, line.top(), width + 1, line.height())
        icon = QRect(text.left() - ICON - 4, line.center().y() - ICON // 2 + 1, ICON, ICON)
        icons.draw(painter, icon, STATE_ICONS[item.state], shade)
        painter.setFont(font)
        painter.setPen(QColor(shade))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
        return line.right() - icon.left()

    def _progress(self, painter: QPainter, line: QRect, font: QFont, item: Item, look: Tokens) -> None:
        words = progress_text(item)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(words)
        room = max(48, line.width() - width - Space.M) if words else line.width()
        bar = QRect(line.left(), line.center().y() - BAR // 2 + 1, room, BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.control if item.state is ItemState.RUNNING else look.border))
        painter.drawRoundedRect(bar, BAR / 2, BAR / 2)
        if item.fraction:
            done = QRect(bar)
            done.setWidth(max(BAR, round(bar.width() * item.fraction)))
            painter.setBrush(QColor(look.accent if item.state is ItemState.RUNNING else look.muted))
            painter.drawRoundedRect(done, BAR / 2, BAR / 2)
        rest = QRect(bar.right() + Space.M, line.top(), line.right() - bar.right() - Space.M + 1, line.height())
        _write(painter, rest, font, look.muted, words)


def _note(item: Item) -> str:
    if item.state is ItemState.DONE and not item.message:
        found = found_text(item)
        return found if found else ""
    return " ".join(part for part in (item.message, item.hint) if part)


def _shade(state: ItemState, look: Tokens) -> str:
    return {
        ItemState.RUNNING: look.accent_text,
        ItemState.DONE: look.success,
        ItemState.LOOK: look.warning,
        ItemState.FAILED: look.danger,
        ItemState.INTERRUPTED: look.warning,
    }.get(state, look.muted)


def _small(font: QFont) -> QFont:
    return scaled(font, 0.9)


def _short(name: str, font: QFont, width: int) -> str:
    """A file's name cut in its middle: both its beginning and its ending tell files apart."""
    return QFontMetrics(font).elidedText(name.replace("\n", " "), Qt.TextElideMode.ElideMiddle, width)


def _write(
    painter: QPainter,
    area: QRect,
    font: QFont,
    shade: str,
    text: str,
) -> None:
    painter.setFont(font)
    painter.setPen(QColor(shade))
    shown = QFontMetrics(font).elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _thumbnail(painter: QPainter, area: QRect, picture: QPixmap | None, item: Item, look: Tokens) -> None:
    """The picture cut to the area's shape, or the kind's icon until there is one."""
    outline = QPainterPath()
    outline.addRoundedRect(area.toRectF(), 5, 5)
    painter.fillPath(outline, QColor(look.sunken))
    if picture is None:
        glyph = "image" if item.kind is Kind.IMAGE else "film-strip"
        icons.draw(painter, area.adjusted(16, 12, -16, -12), glyph, look.muted)
        return
    painter.save()
    painter.setClipPath(outline)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    size = picture.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    place = QRect(area.center().x() - size.width() // 2, area.center().y() - size.height() // 2, *size.toTuple())
    painter.drawPixmap(place, picture)
    painter.restore()
