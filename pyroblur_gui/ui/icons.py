"""Icons: one family (Phosphor), drawn from its font at any size and in the palette's colours.

The font comes with qtawesome. It is read from that package's folder without importing it: the import takes 0.16 s of
the second in which the window must be on screen, and its icons keep the colour that they were made with, where ours
take the colour of the moment and so follow the system from light to dark.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap

from pyroblur_gui.core.paths import resource
from pyroblur_gui.ui.look import color, tokens

GLYPH_SHARE = 0.92  # of the icon's height: Phosphor's glyphs have a margin of their own


@cache
def _family() -> tuple[str, dict[str, str]]:
    """Name of the icon font and its characters' codes (hexadecimal) by glyph name."""
    found = importlib.util.find_spec("qtawesome")
    if found is None or not found.submodule_search_locations:
        message = "The icon font is missing from this installation (package qtawesome). Install PyroBlur again."
        raise FileNotFoundError(message)
    folder = Path(found.submodule_search_locations[0]) / "fonts"
    font = next(folder.glob("phosphor-[0-9]*.ttf"))
    codes: dict[str, str] = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text(encoding="utf-8"))
    number = QFontDatabase.addApplicationFont(str(font))
    family = QFontDatabase.applicationFontFamilies(number)[0]
    return family, codes


def draw(painter: QPainter, rect: QRect, name: str, shade: str) -> None:
    """Draws the glyph `name` in the colour `shade`, centred in `rect`."""
    family, codes = _family()
    font = QFont(family)
    font.setPixelSize(max(1, round(rect.height() * GLYPH_SHARE)))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    painter.save()
    painter.setFont(font)
    painter.setPen(color(shade))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, chr(int(codes[name], 16)))
    painter.restore()


class _Engine(QIconEngine):
    """Draws a glyph in the colour of a token of the application's palette, asked at each painting."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        look = tokens(QGuiApplication.palette())
        shade = look.disabled if mode is QIcon.Mode.Disabled else getattr(look, self._role)
        draw(painter, rect, self._name, shade)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():  # Qt asks so for a button that has no room
            return QPixmap()
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role)


def icon(name: str, role: str = "text") -> QIcon:
    """An icon by Phosphor's name ("play", "play-fill") in the colour of a theme token."""
    if name not in _family()[1]:
        message = f"There is no icon named {name}."
        raise KeyError(message)
    return QIcon(_Engine(name, role))


def application_icon() -> QIcon:
    """PyroBlur's own."""
    return QIcon(str(resource("icons", "pyroblur.svg")))
