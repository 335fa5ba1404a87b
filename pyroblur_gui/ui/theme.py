"""Puts the look on the application and its windows and keeps it: chosen light or dark, or what the desktop says now."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from pyroblur_gui.core.settings import ColorScheme
from pyroblur_gui.ui.look import DARK, LIGHT, Tokens
from pyroblur_gui.ui.stylesheet import stylesheet


def palette_of(look: Tokens) -> QPalette:
    """Qt's palette in our colours, so that plain widgets and system dialogs match."""
    role = QPalette.ColorRole
    palette = QPalette()
    for each, value in {
        role.Window: look.window,
        role.WindowText: look.text,
        role.Base: look.raised,
        role.AlternateBase: look.hover,
        role.Text: look.text,
        role.PlaceholderText: look.muted,
        role.Button: look.surface,
        role.ButtonText: look.text,
        role.BrightText: look.danger,
        role.ToolTipBase: look.raised,
        role.ToolTipText: look.text,
        role.Highlight: look.accent,
        role.HighlightedText: look.on_accent,
        role.Accent: look.accent,
        role.Link: look.accent_text,
        role.LinkVisited: look.accent_text,
        role.Light: look.surface,
        role.Midlight: look.hover,
        role.Mid: look.border,
        role.Dark: look.control,
        role.Shadow: look.sunken,
    }.items():
        palette.setColor(each, QColor(value))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(look.disabled))
    return palette


class Theme(QObject):
    """Keeps the application in the chosen scheme; `system` follows the desktop while the program runs."""

    changed = Signal()

    def __init__(self, application: QApplication, system_scheme: Callable[[], Qt.ColorScheme] | None = None) -> None:
        """system_scheme: asked for the desktop's scheme; Qt, unless a test stands in for the desktop."""
        super().__init__(application)
        self._system_scheme = system_scheme or QGuiApplication.styleHints().colorScheme
        self._application = application
        self._scheme = ColorScheme.SYSTEM
        self._applied: Tokens | None = None
        self._windows: set[QWidget] = set()
        application.setStyle(QStyleFactory.create("Fusion"))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    @property
    def look(self) -> Tokens:
        """The colours in use."""
        if self._scheme is ColorScheme.SYSTEM:
            dark = self._system_scheme() is Qt.ColorScheme.Dark
        else:
            dark = self._scheme is ColorScheme.DARK
        return DARK if dark else LIGHT

    def use(self, scheme: ColorScheme) -> None:
        """Switches now; native title bars follow where the platform lets them."""
        self._scheme = scheme
        wanted = {
            ColorScheme.SYSTEM: Qt.ColorScheme.Unknown,
            ColorScheme.LIGHT: Qt.ColorScheme.Light,
            ColorScheme.DARK: Qt.ColorScheme.Dark,
        }[scheme]
        QGuiApplication.styleHints().setColorScheme(wanted)
        self._refresh()

    def dress(self, window: QWidget) -> None:
        """Puts the style sheet on a window, until `undress`, and on all that is ever put into it.

        It is the window's and not the application's: under a style sheet a widget is styled anew with each place that
        what it is in is put into. So whole panels are made outside of the window, and styled once.
        """
        self._windows.add(window)
        window.setStyleSheet(stylesheet(self.look))

    def undress(self, window: QWidget) -> None:
        """Before it is deleted."""
        self._windows.discard(window)

    def _refresh(self) -> None:
        look = self.look
        if look is self._applied:
            return
        self._applied = look
        self._application.setPalette(palette_of(look))
        for window in self._windows:
            window.setStyleSheet(stylesheet(look))
        self.changed.emit()
