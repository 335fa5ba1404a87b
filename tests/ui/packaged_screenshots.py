# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the packaged program, from outside.

    python tests/ui/packaged_screenshots.py PROGRAM FOLDER [--docs docs]

PROGRAM: the folder that packaging/build.py made. It is started as a file manager does ("Open with", a photo) on an X
server without a screen (Xvfb), with no Python on its path; *Cover* is pressed by the mouse (libXtst). The picture shows
the photo covered. With --docs they are kept there, too.
"""

import argparse
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageGrab

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "packaging" / "demo" / "bus.jpg"
SCREEN = (1440, 960)
WAIT_S = 180.0
SETTLE_S = 8.0
START = (-176, -64)  # its middle, from the lower right corner of the window
COLOURS_OF_A_WINDOW = 100  # more than these are painted once its widgets are


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--language", action="append", help="en or fr; without, both")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    for language in wanted.language or ("en", "fr"):
        with screen() as display:
            play(wanted.program.absolute(), wanted.folder, language, display)
    if wanted.docs:
        for path in sorted(wanted.folder.glob("packaged-*.png")):
            picture = Image.open(path).convert("RGB")
            picture.save(wanted.docs / "screenshots" / f"{path.stem}.webp", quality=86, method=6)
    return 0


@contextmanager
def screen() -> Iterator[str]:
    """An X server's name, e.g. ":7"."""
    reading, writing = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


def play(program: Path, folder: Path, language: str, display: str) -> None:
    with tempfile.TemporaryDirectory(prefix="pyroblur-packaged-") as home:
        photo = Path(home, "street.jpg")
        shutil.copy(PHOTO, photo)
        environment = {
            "PATH": "/nowhere", "HOME": home, "DISPLAY": display, "LANG": "C.UTF-8", "PYROBLUR_LANG": language,
            "PYROBLUR_HOME": f"{home}/pyroblur", "QT_QPA_PLATFORM": "xcb",
        }  # fmt: skip
        with started([program / "pyroblur-gui", photo], environment, display):
            time.sleep(SETTLE_S)  # until the file's preview is there, too
            box = grabbed(display).getbbox()
            assert box is not None, "the window is on the screen"
            click(display, box[2] + START[0], box[3] + START[1])
            wait_for(Path(home, "street_blurred.jpg").is_file)
            time.sleep(SETTLE_S)
            keep(display, folder / f"packaged-done-{language}.png")


@contextmanager
def started(command: list[Path], environment: dict[str, str], display: str) -> Iterator[None]:
    """The window, from its first painting; afterwards it is asked to end."""
    with subprocess.Popen(command, env=environment) as window:
        try:
            wait_for(lambda: colours(grabbed(display)) > COLOURS_OF_A_WINDOW)
            yield
        finally:
            window.terminate()
    print(f"{command[-1].name}: ended with status {window.returncode}", flush=True)


def wait_for(is_so: Callable[[], bool]) -> None:
    limit = time.monotonic() + WAIT_S
    while not is_so():
        if time.monotonic() > limit:
            sys.exit("It took too long.")
        time.sleep(0.2)


def grabbed(display: str) -> Image.Image:
    """The whole screen as it is now."""
    return ImageGrab.grab(xdisplay=display)


def colours(screen: Image.Image) -> int:
    picture = screen.resize((SCREEN[0] // 4, SCREEN[1] // 4))
    return len(picture.getcolors(picture.width * picture.height) or ())


def keep(display: str, path: Path) -> None:
    """The screen, as far as anything is on it."""
    picture = grabbed(display)
    picture.crop(picture.getbbox()).save(path)
    print(path.name, flush=True)


def click(display: str, x: int, y: int) -> None:
    """At a place of the screen, as a mouse does."""
    x11, test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    for closing in (x11.XFlush, x11.XCloseDisplay):
        closing.argtypes = [ctypes.c_void_p]
    test.XTestFakeMotionEvent.argtypes = [ctypes.c_void_p, *[ctypes.c_int] * 3, ctypes.c_ulong]
    test.XTestFakeButtonEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
    connection = x11.XOpenDisplay(display.encode())
    test.XTestFakeMotionEvent(connection, -1, x, y, 0)
    for is_down in (1, 0):
        test.XTestFakeButtonEvent(connection, 1, is_down, 100)
    x11.XFlush(connection)
    x11.XCloseDisplay(connection)


if __name__ == "__main__":
    sys.exit(main())
