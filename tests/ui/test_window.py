"""The window as a user without a mouse, with a screen reader or with a dark desktop meets it."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.settings import ColorScheme, Settings
from pyroblur_gui.jobs.launch import child_environment
from pyroblur_gui.ui import main_window
from pyroblur_gui.ui.dialogs.about import AboutDialog
from pyroblur_gui.ui.dialogs.closing import Answer, ClosingDialog
from pyroblur_gui.ui.dialogs.problem import ProblemDialog
from pyroblur_gui.ui.dialogs.settings import SettingsDialog
from pyroblur_gui.ui.item_models.queue_model import pixmap_of
from pyroblur_gui.ui.look import DARK, LIGHT, Tokens
from pyroblur_gui.ui.pictures import Picture
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.blur.items import Summary
from pyroblur_gui.ui.theme import Theme
from pyroblur_gui.ui.widgets.compare_view import CompareView
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from tests.ui.desk import Play, shown, until

CONTROLS = (
    QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QAbstractItemView,
    CompareView,
)  # fmt: skip
WINDOW_PROGRAM = """
import sys
from pyroblur_gui.ui import main_window
from pyroblur_gui.ui.app import make_application
from pyroblur_gui.ui.session import Session
import asyncio, qasync
application = make_application()
loop = qasync.QEventLoop(application)
asyncio.set_event_loop(loop)
async def main():
    session = Session(application)
    window = session.open()
    session.connect_jobs()
    await asyncio.sleep(0.1)
    window.close_at_once()
    await session.close()
with loop:
    loop.run_until_complete(main())
heavy = {"torch", "cv2", "openvino", "onnxruntime", "onnx", "av", "numpy", "ultralytics", "PIL"}
print(sorted(heavy & set(sys.modules)))
"""


def controls(root: QWidget) -> list[QWidget]:
    """What a user works with. Parts that Qt makes inside of its own controls speak for the control."""
    return [each for each in root.findChildren(QWidget) if isinstance(each, CONTROLS) and not _is_qts_own(each)]


def _is_qts_own(widget: QWidget) -> bool:
    parent = widget.parent()
    return (
        widget.objectName().startswith("qt_")
        or isinstance(widget, QScrollBar)
        or isinstance(parent, QComboBox | QAbstractSpinBox | QAbstractItemView | QLineEdit)
        or parent.metaObject().className() == "QComboBoxPrivateContainer"
    )


def _is_clipped(widget: QWidget) -> bool:
    """Whether a text needs more room than its widget has; an icon beside it counts."""
    text = widget.text().replace("&", "")
    size = widget.fontMetrics().size(0, text)
    icon = widget.iconSize().width() + 4 if isinstance(widget, QAbstractButton) and not widget.icon().isNull() else 0
    return widget.width() < size.width() + icon or widget.height() < size.height()


def unnamed(root: QWidget) -> list[str]:
    return [
        f"{each.metaObject().className()} in {each.parent()}" for each in controls(root) if not each.accessibleName()
    ]


def test_the_window_loads_no_engine_and_no_codec() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WINDOW_PROGRAM], env=child_environment(), capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_every_control_has_an_accessible_name(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        dialogs: list[QDialog] = [
            SettingsDialog(Settings(), window),
            AboutDialog("an engine", window),
            ClosingDialog(Summary(running=1), window),
            ProblemDialog(ValueError("x"), window),
        ]
        assert len(controls(window)) > 30
        assert [name for root in (window, *dialogs) for name in unnamed(root)] == []
        for action in window.menuBar().actions():
            assert all(each.text() for each in action.menu().actions() if not each.isSeparator())
        for dialog in dialogs:
            dialog.deleteLater()

    on_screen(play)


def test_tab_reaches_every_control_and_comes_back(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        window.blur.options.form.advanced.set_open(is_open=True)
        window.activateWindow()
        await until(window.isActiveWindow)
        window.blur.drop_area.files_button.setFocus()
        first = QApplication.focusWidget()
        reached = set()
        for _ in range(200):
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            reached.add(QApplication.focusWidget())
            if QApplication.focusWidget() is first:
                break
        else:
            pytest.fail("Tab never came back")
        wanted = {
            each
            for each in controls(window)
            if each.isVisible() and each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        }
        assert [each.accessibleName() for each in wanted - reached] == []
        assert len(wanted) > 20

    on_screen(play)


def test_tab_goes_from_the_list_to_the_preview_to_the_options(on_screen: Play, photos: list[Path]) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        tab = window.blur
        window.add_files(photos)
        await until(lambda: tab.preview.picture.is_comparing)
        window.activateWindow()
        await until(window.isActiveWindow)
        tab.queue.list.setFocus()
        reached = [tab.queue]
        while reached[-1] is not tab.options:
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            now = QApplication.focusWidget()
            reached += [part for part in (tab.queue, tab.preview, tab.options) if part.isAncestorOf(now)]
            assert len(reached) < 50
        assert list(dict.fromkeys(reached)) == [tab.queue, tab.preview, tab.options]

    on_screen(play)


def test_tabs_are_built_while_the_window_rests(on_screen: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_window, "SETTLE_S", 0.0)

    async def play(session: Session) -> None:
        window = shown(session)
        tabs = {"datasets": window.datasets, "training": window.training, "benchmark": window.benchmark}
        tabs["runs"] = window.runs
        await until(lambda: all(tab._columns is not None for tab in tabs.values()))
        assert window.blur.isVisible()
        for name, tab in tabs.items():
            columns, widgets = tab._columns, len(tab.findChildren(QWidget))
            with pytest.raises(RuntimeError):
                _ = tab.wiring  # it begins with the first look at it
            window.show_tab(name)
            assert tab.wiring is not None
            assert tab._columns is columns
            assert tab.isVisible()
            assert widgets > 50

    on_screen(play)


def test_no_text_is_clipped(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        window.resize(window.minimumSize())
        window.blur.options.form.advanced.set_open(is_open=True)
        await asyncio.sleep(0.1)
        clipped = [
            f"{each.text()!r}: {each.size()}"
            for each in window.findChildren(QWidget)
            if isinstance(each, QLabel | QAbstractButton)
            and not isinstance(each, ElidedLabel)
            and each.isVisible()
            and each.text()
            and not (isinstance(each, QLabel) and each.wordWrap())
            and _is_clipped(each)
        ]
        assert clipped == []

    on_screen(play)


def test_light_and_dark_follow_the_settings_while_the_window_is_open(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        window._take_settings(Settings(scheme=ColorScheme.DARK))
        assert window.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
        dark = window.grab().toImage().pixelColor(400, 12)
        window._take_settings(Settings(scheme=ColorScheme.LIGHT))
        assert window.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.window)
        light = window.grab().toImage().pixelColor(400, 12)
        assert light.lightness() - dark.lightness() > 150

    on_screen(play)


def test_the_window_follows_the_desktop_while_it_is_open(qapp: QApplication) -> None:
    desktop = [Qt.ColorScheme.Light]
    theme = Theme(qapp, lambda: desktop[0])
    theme.use(ColorScheme.SYSTEM)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.window)
    desktop[0] = Qt.ColorScheme.Dark
    QGuiApplication.styleHints().colorSchemeChanged.emit(desktop[0])
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
    theme.use(ColorScheme.LIGHT)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.window)
    QGuiApplication.styleHints().colorSchemeChanged.disconnect(theme._refresh)


def _contrast(one: str, other: str) -> float:
    """WCAG 2: (L1 + 0.05) / (L2 + 0.05)."""

    def luminance(value: str) -> float:
        parts = [part / 255 for part in QColor(value).getRgb()[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_can_be_read(look: Tokens) -> None:
    plain = (look.window, look.surface, look.raised, look.hover, look.sunken)
    pairs = [(text, ground) for text in (look.text, look.muted) for ground in (*plain, look.accent_tint)]
    pairs += [(look.accent_text, ground) for ground in (look.surface, look.raised, look.hover, look.accent_tint)]
    for text in (look.success, look.warning, look.danger):
        pairs += [(text, ground) for ground in (look.surface, look.hover, look.accent_tint)]
    pairs += [(look.warning, look.warning_tint), (look.danger, look.danger_tint), (look.success, look.success_tint)]
    pairs += [(look.on_accent, ground) for ground in (look.accent, look.accent_hover, look.accent_pressed)]
    weak = [
        (text, ground, round(_contrast(text, ground), 2)) for text, ground in pairs if _contrast(text, ground) < 4.5
    ]
    assert weak == []


def test_the_divider_moves_by_arrow_keys_and_says_where_it_is(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        view = shown(session).blur.preview.picture
        picture = pixmap_of(Picture(2, 2, bytes(12)))
        view.show_pair(picture, picture, "After")
        QTest.keyClick(view, Qt.Key.Key_Left)
        assert view.split == pytest.approx(0.48)
        QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        assert view.split == pytest.approx(0.58)
        assert "58" in view.accessibleDescription()
        QTest.keyClick(view, Qt.Key.Key_End)
        assert view.split == 1.0

    on_screen(play)


def test_layout_options_and_output_are_remembered(on_screen: Play, tmp_path: Path) -> None:
    folder = tmp_path / "out"

    async def change(session: Session) -> None:
        window = shown(session)
        window.resize(window.minimumWidth(), 640)
        options = window.blur.options
        options.form.control("crf").widget.set_value(30)
        options.form.control("style").widget.set_value("solid")
        options.output_form.control("output_folder").set_value(folder)
        options.output_form.control("output_folder").changed.emit()
        window.close()
        assert not window.isVisible()

    async def look(session: Session) -> None:
        window = shown(session)
        assert (window.width(), window.height()) == (window.minimumWidth(), 640)
        assert window.blur.chosen_options == BlurOptions(crf=30, style="solid")
        assert window.blur.options.output_form.value()["output_folder"] == folder
        assert window.blur.options.form.control("color").widget.isVisibleTo(window)

    on_screen(change)
    on_screen(look)


def test_closing_asks_while_files_are_not_done(on_screen: Play, photos: list[Path]) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        window.add_files(photos)
        await until(lambda: len(window.blur.model.items()) == 2)
        window._last = Summary(total=2, running=1, waiting=1, is_started=True)
        closed: list[bool] = []
        window.closing.connect(lambda: closed.append(True))
        for answer, is_closed in ((Answer.STAY, False), (Answer.STOP, True)):
            window.close()
            await until(lambda: bool(window.findChildren(ClosingDialog)))
            (dialog,) = window.findChildren(ClosingDialog)
            dialog.buttons[answer].click()
            await until(lambda: not window.findChildren(ClosingDialog))
            assert bool(closed) is is_closed
            assert window.isVisible() is not is_closed

    on_screen(play)


def test_the_window_promises_no_more_than_is_true(on_screen: Play) -> None:
    async def scenario(session: Session) -> None:
        status = session.window.status
        assert status.promise == "Nothing leaves this machine"
        status.show_tracking("runs.example.org")
        assert "runs.example.org" in status.promise

    on_screen(scenario)


def test_a_mistake_is_shown_once_and_the_window_stays(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        for _ in range(3):
            ProblemDialog.show_for(ZeroDivisionError("x"), window)
        (dialog,) = window.findChildren(ProblemDialog)
        dialog.reject()
        await until(lambda: not window.findChildren(ProblemDialog))
        assert window.isVisible()

    on_screen(play)
