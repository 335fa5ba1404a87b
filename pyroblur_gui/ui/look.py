"""The window's look as data: one accent, one spacing scale, a light and a dark set of colours.

Every colour of the window stands here and nowhere else; widgets ask `tokens(palette)` for the set that their palette
belongs to, so nothing has to be told when the system switches between light and dark. Colours drawn on pictures are
data of the picture views and stay with them.
"""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QPalette


class Space:
    """Distances in device-independent pixels; all layouts use these."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24
    XXL = 40


RADIUS = 6
CONTROL_HEIGHT = 32
BAR_HEIGHT = 52  # of the bar with the heading at the top of a panel


@dataclass(frozen=True)
class Tokens:
    """Colours by role. Texts reach a contrast of 4.5 on every background that they are used on (tested)."""

    window: str  # behind everything
    surface: str  # panels
    raised: str  # menus, pop-ups, fields
    sunken: str  # behind pictures
    hover: str
    border: str  # between panels
    control: str  # around fields and buttons
    text: str
    muted: str  # second lines, captions
    disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_text: str  # the accent as text or icon on a panel
    accent_tint: str  # selected rows
    success: str
    success_tint: str
    warning: str
    warning_tint: str
    danger: str
    danger_tint: str


LIGHT = Tokens(
    window="#F4F4F6",
    surface="#FFFFFF",
    raised="#FFFFFF",
    sunken="#EDEDF0",
    hover="#F0F0F3",
    border="#E2E2E7",
    control="#CFCFD7",
    text="#1B1B20",
    muted="#5B5D69",
    disabled="#9C9DA8",
    accent="#5147D1",
    accent_hover="#463CC0",
    accent_pressed="#3B32A8",
    on_accent="#FFFFFF",
    accent_text="#4A40C9",
    accent_tint="#EEEDFC",
    success="#17703F",
    success_tint="#E6F5EC",
    warning="#855400",
    warning_tint="#FCF2DA",
    danger="#BC261D",
    danger_tint="#FDECEB",
)

DARK = Tokens(
    window="#161618",
    surface="#1E1E21",
    raised="#28282C",
    sunken="#111113",
    hover="#2B2B30",
    border="#313137",
    control="#494952",
    text="#EEEEF1",
    muted="#A9AAB5",
    disabled="#6B6C76",
    accent="#685FE6",
    accent_hover="#5F56DB",
    accent_pressed="#544BCB",
    on_accent="#FFFFFF",
    accent_text="#AFAAFF",
    accent_tint="#2B2A4A",
    success="#5BCB8D",
    success_tint="#18301F",
    warning="#E6B450",
    warning_tint="#352B13",
    danger="#FF8F85",
    danger_tint="#3B1D1B",
)


def tokens(palette: QPalette) -> Tokens:
    """The set of colours that a widget with this palette is drawn in."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def color(value: str) -> QColor:
    """A token as QColor."""
    return QColor(value)


def mixed(one: str, other: str, share: float) -> str:
    """Two tokens mixed: so much of the first."""
    a, b = QColor(one), QColor(other)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(x * share + y * (1 - share)) for x, y in pairs)).name()


def series_shades(look: Tokens) -> tuple[str, str, str, str]:
    """Colours of what is counted side by side (train, val, test, the rest): they differ in lightness, for all eyes."""
    return look.accent, mixed(look.accent, look.on_accent, 0.5), look.muted, look.control


def curve_shades(look: Tokens) -> tuple[str, ...]:
    """Colours of lines in one chart, the ones that differ most first; some lines more than that share them."""
    plain = (look.accent_text, look.warning, look.muted, look.success, look.danger)
    return (*plain, *(mixed(shade, look.surface, 0.5) for shade in plain))


def scaled(font: QFont, factor: float, *, weight: QFont.Weight | None = None) -> QFont:
    """The same font at another size and weight, whether the system gave it in points or in pixels."""
    result = QFont(font)
    if font.pointSizeF() > 0:
        result.setPointSizeF(font.pointSizeF() * factor)
    else:
        result.setPixelSize(round(font.pixelSize() * factor))
    if weight is not None:
        result.setWeight(weight)
    return result
