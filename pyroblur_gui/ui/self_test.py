"""The window's part of the self-test: it opens without a screen, is painted, and has its icons and translations.

In the process of the command line, after the worker's part: what Qt complains about is told as a failure, too.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import qasync  # type: ignore[import-untyped]
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication

from pyroblur_gui.core.paths import translations
from pyroblur_gui.core.translation import LANGUAGES, SOURCE, language, tr, use_language
from pyroblur_gui.operations.spec import Check, SelfTestStep
from pyroblur_gui.ui.app import make_application
from pyroblur_gui.ui.icons import application_icon, icon
from pyroblur_gui.ui.job_client import JobClient
from pyroblur_gui.ui.session import Session, first_painting

WAIT_S = 60.0  # a worker starts in two seconds, on a busy machine in many
LEAST_COLORS = 8  # a window that was not painted has one
ICON_PX = 64
HARMLESS = "This plugin does not support"  # what the platform without a screen says of sizes of windows


def check_window() -> Sequence[Check]:
    """Opens the window in memory, whatever screen there is, and closes it again. Call it once a process."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    said: list[str] = []

    def hear(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind not in {QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg} and HARMLESS not in text:
            said.append(text)

    qInstallMessageHandler(hear)
    try:
        application = make_application()
        checks = [
            _tried(SelfTestStep.WINDOW, lambda: _window(application)),
            _tried(SelfTestStep.ICONS, _icons),
            _tried(SelfTestStep.TRANSLATIONS, _translations),
        ]
    finally:
        qInstallMessageHandler(None)
    if said and checks[0].has_passed:
        checks[0] = Check(name=SelfTestStep.WINDOW, has_passed=False, text=f"Qt says: {' / '.join(said)}")
    return checks


def _tried(name: SelfTestStep, step: Callable[[], str]) -> Check:
    try:
        return Check(name=name, has_passed=True, text=step())
    except Exception as error:  # noqa: BLE001 - whatever is broken here is what somebody wants to know
        return Check(name=name, has_passed=False, text=f"{type(error).__name__}: {error}")


def _window(application: QApplication) -> str:
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        return str(loop.run_until_complete(asyncio.wait_for(_opened(Session(application)), WAIT_S)))


async def _opened(session: Session) -> str:
    """From the first painting to the end, with the jobs' queue and the preview's worker."""
    window = session.open()
    try:
        await first_painting()
        client = session.connect_jobs()
        image = window.grab().toImage()
        colors = _colors(image)
        if colors < LEAST_COLORS:
            message = f"The window was not painted: {colors} color(s) in {image.width()} x {image.height()} pixels."
            raise RuntimeError(message)
        await _shown(client, image)
    finally:
        window.close_at_once()
        await session.close()
    return f"{image.width()} x {image.height()} pixels painted, closed in order"


async def _shown(client: JobClient, image: QImage) -> None:
    """The preview's worker answers; closed before it is up, it would have to be killed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "window.png"
        image.save(str(path))
        picture, _ = await client.thumbnail(path, width=ICON_PX, height=ICON_PX)
    if picture is None:
        message = "The preview's worker shows no picture."
        raise RuntimeError(message)


def _icons() -> str:
    for name, picture in {"PyroBlur's own": application_icon(), "the font's": icon("play")}.items():
        if _is_blank(picture):
            message = f"The icon is blank: {name}."
            raise RuntimeError(message)
    return "PyroBlur's own and the font's are drawn"


def _translations() -> str:
    """Each language is used for a moment; English needs no file."""
    before = language()
    try:
        for code, title in LANGUAGES.items():
            use_language(code, translations())
            if language() != code or (code != SOURCE and tr("Cancel") == "Cancel"):
                message = f"The translation is missing or cannot be read: {title}."
                raise RuntimeError(message)
    finally:
        use_language(before, translations())
    return ", ".join(LANGUAGES.values())


def _is_blank(picture: QIcon) -> bool:
    image = picture.pixmap(ICON_PX, ICON_PX).toImage()
    return image.isNull() or _colors(image) < 2


def _colors(image: QImage) -> int:
    """How many there are on a grid over the picture."""
    across, down = range(0, image.width(), 3), range(0, image.height(), 3)
    return len({image.pixel(x, y) for x in across for y in down})
