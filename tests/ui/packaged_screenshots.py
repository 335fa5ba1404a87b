# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the packaged program, from outside.

    python tests/ui/packaged_screenshots.py PROGRAM FOLDER [--docs docs]

PROGRAM: the folder that packaging/build.py made. It is started as a file manager does ("Open with", a photo) on an X
server without a screen (Xvfb), with no Python on its path; keys are pressed as a user does (libXtst). The pictures show
the welcome of the first start, and the photo covered. With --docs they are kept there, too.
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
KEYS = {"Escape": 0xFF1B, "Control": 0xFFE3, "Return": 0xFF0D}  # X11/keysymdef.h
COLOURS_OF_A_WINDOW = 100  # more than these are painted once its widgets are


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--docs", type=Path)
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with screen() as display:
        for language in ("en", "fr"):
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
        with subprocess.Popen([program / "pyroblur-gui", photo], env=environment) as window:
            try:
                wait_for(lambda: colours(display) > COLOURS_OF_A_WINDOW)
                time.sleep(3)
                keep(display, folder / f"packaged-welcome-{language}.png")
                press(display, "Escape")
                time.sleep(5)  # until the file's preview is there, too
                press(display, "Control", "Return")
                wait_for(Path(home, "street_blurred.jpg").is_file)
                time.sleep(6)
                keep(display, folder / f"packaged-done-{language}.png")
            finally:
                window.terminate()
        print(f"{language}: ended with status {window.returncode}")


def wait_for(is_so: Callable[[], bool]) -> None:
    limit = time.monotonic() + WAIT_S
    while not is_so():
        if time.monotonic() > limit:
            sys.exit("It took too long.")
        time.sleep(0.2)


def colours(display: str) -> int:
    picture = ImageGrab.grab(xdisplay=display).resize((SCREEN[0] // 4, SCREEN[1] // 4))
    return len(picture.getcolors(picture.width * picture.height) or ())


def keep(display: str, path: Path) -> None:
    """The screen, as far as anything is on it."""
    picture = ImageGrab.grab(xdisplay=display)
    picture.crop(picture.getbbox()).save(path)
    print(path.name, flush=True)


def press(display: str, *names: str) -> None:
    """Keys held together, pressed as a keyboard does."""
    x11, test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
    for closing in (x11.XFlush, x11.XCloseDisplay):
        closing.argtypes = [ctypes.c_void_p]
    test.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
    connection = x11.XOpenDisplay(display.encode())
    codes = [x11.XKeysymToKeycode(connection, KEYS[name]) for name in names]
    for is_down, order in ((1, codes), (0, codes[::-1])):
        for code in order:
            test.XTestFakeKeyEvent(connection, code, is_down, 0)
    x11.XFlush(connection)
    x11.XCloseDisplay(connection)


if __name__ == "__main__":
    sys.exit(main())
