"""Looks at every widget below another one: what it says, what of it is cut off, and what says nothing at all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QTableView,
    QTextEdit,
    QWidget,
)

from pyroblur_gui.ui.widgets.elided import ElidedLabel

MOST_ROWS = 60


class Said(NamedTuple):
    """A text, and where it stands: the names of the widgets from the outermost inwards."""

    place: str
    text: str


def texts(root: QWidget) -> Iterator[Said]:
    """Everything that can be read or heard: labels, items, headers, tips, menus, names for screen readers."""
    for widget in (root, *root.findChildren(QWidget)):
        place = place_of(widget)
        for text in (*_shown_by(widget), widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()):
            if text.strip():
                yield Said(place, text)
    for action in root.findChildren(QAction):
        for text in (action.text(), action.toolTip(), action.statusTip()):
            if text.strip():
                yield Said("action", text.replace("&", ""))


def place_of(widget: QWidget) -> str:
    names = []
    each: QWidget | None = widget
    while each is not None:
        names.append(type(each).__name__)
        each = each.parentWidget()
    return " > ".join(reversed(names[:6]))


def _shown_by(widget: QWidget) -> Iterator[str]:  # noqa: C901, PLR0912 - a kind of widget each
    match widget:
        case QLabel():
            yield widget.text()
        case QAbstractButton():
            yield widget.text().replace("&", "")
        case QGroupBox():
            yield widget.title()
        case QComboBox():
            for row in range(widget.count()):
                yield widget.itemText(row)
                yield str(widget.itemData(row, Qt.ItemDataRole.ToolTipRole) or "")
        case QLineEdit():
            yield widget.placeholderText()
        case QAbstractSpinBox():
            yield widget.text()
        case QPlainTextEdit() | QTextEdit():
            yield widget.placeholderText()
            yield widget.toPlainText()
        case QTabBar():
            for number in range(widget.count()):
                yield widget.tabText(number)
                yield widget.tabToolTip(number)
        case QAbstractItemView() if widget.model() is not None:
            yield from _items(widget.model())
        case _:
            for name in ("title", "message", "heading", "summary"):
                value = getattr(widget, name, "")
                if isinstance(value, str):
                    yield value


def _items(model: QAbstractItemModel) -> Iterator[str]:
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
    root = QModelIndex()
    rows = min(model.rowCount(root), MOST_ROWS)
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(root)
    for role in roles:
        for column in range(columns):
            yield _text(model.headerData(column, Qt.Orientation.Horizontal, role))
        for row in range(rows):
            yield _text(model.headerData(row, Qt.Orientation.Vertical, role))
            for column in range(columns):
                yield _text(model.data(model.index(row, column, root), role))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def cut_off(root: QWidget) -> Iterator[Said]:
    """What is shown and needs more room than it has: words of labels, buttons, boxes and tabs.

    What elides on purpose (and tells the whole in its tip) and what can be scrolled to is none of it.
    """
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or isinstance(widget, ElidedLabel):
            continue
        text = next(filter(str.strip, _needing_room(widget)), "")
        if text:
            yield Said(place_of(widget), text)
        elif isinstance(widget, QLabel | QAbstractButton) and _said_by(widget) and _is_outside(widget):
            yield Said(place_of(widget), f"outside: {_said_by(widget)}")


def _said_by(widget: QWidget) -> str:
    return str(widget.text()).strip() if isinstance(widget, QLabel | QAbstractButton) else ""


def _needing_room(widget: QWidget) -> Iterator[str]:  # noqa: C901 - a kind of widget each
    match widget:
        case QLabel() if widget.wordWrap():
            if widget.heightForWidth(widget.width()) > widget.height() + 1 and not widget.pixmap():
                yield widget.text()
        case QLabel():
            if widget.sizeHint().width() > widget.width() + 1 or widget.sizeHint().height() > widget.height() + 1:
                yield widget.text()
        case QAbstractButton():
            if widget.text() and widget.sizeHint().width() > widget.width() + 1:
                yield widget.text()
        case QComboBox():
            option = QStyleOptionComboBox()
            widget.initStyleOption(option)
            room = widget.style().subControlRect(
                QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, widget
            )
            if widget.fontMetrics().horizontalAdvance(widget.currentText()) > room.width() + 1:
                yield widget.currentText()
        case QTabBar():
            for number in range(widget.count()):
                if widget.fontMetrics().horizontalAdvance(widget.tabText(number)) > widget.tabRect(number).width():
                    yield widget.tabText(number)


def _is_outside(widget: QWidget) -> bool:
    """Whether a parent shows only a part of it, without a way to scroll."""
    parent, place = widget.parentWidget(), widget.geometry()
    while parent is not None and not parent.isWindow():
        area = parent.parentWidget()
        if isinstance(area, QAbstractScrollArea):
            is_free = area.horizontalScrollBarPolicy() is not Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            return not is_free and (place.left() < -1 or place.right() > parent.width() + 1)
        if not parent.rect().adjusted(-1, -1, 1, 1).contains(place):
            return True
        place = place.translated(parent.pos())
        parent = parent.parentWidget()
    return False


def unexplained(root: QWidget) -> Iterator[Said]:
    """Buttons without words that do not say what they are for, to the eye or to the ear."""
    for widget in root.findChildren(QAbstractButton):
        is_qts_own = isinstance(widget.parentWidget(), QLineEdit | QScrollBar | QTabBar | QTableView)
        has_words = bool(widget.text().strip()) or any(label.text() for label in widget.findChildren(QLabel))
        if is_qts_own or has_words or not widget.isVisibleTo(root):
            continue
        if not widget.toolTip().strip() or not widget.accessibleName().strip():
            yield Said(place_of(widget), f"tip {widget.toolTip()!r}, name {widget.accessibleName()!r}")


_ENGLISH = re.compile(r"\b(the|of|and|with|is|are|not|for|from|this|that|which|files?|pictures?)\b(?! d’)", re.I)
_NO_WORDS = re.compile(r"\S+\.\w{2,4}\b|`[^`]*`|\{\w+\}|--\w+|@\w+\{.*|https?://\S+", re.DOTALL)


def english_in(texts: Iterable[Said], translations: Mapping[str, str]) -> list[Said]:
    """What is English where all should be in another language. translations: English to that language."""
    found = []
    for said in texts:
        is_untranslated = translations.get(said.text, said.text) != said.text
        if is_untranslated or _ENGLISH.search(_NO_WORDS.sub("", said.text).replace("file d", "")):
            found.append(said)
    return found
