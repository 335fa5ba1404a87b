"""The program as it is started: it opens, it takes a polite end, and it leaves nothing running."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import PySide6
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from pyroblur_gui.core.paths import HOME_VARIABLE
from pyroblur_gui.jobs.launch import child_environment
from pyroblur_gui.ui.app import main
from pyroblur_gui.ui.dialogs.question import Question

WAIT_S = 60.0
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("is_open", [False, True], ids=["while it starts", "once it is open"])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT], ids=["terminate", "ctrl-c"])
def test_the_window_ends_with_its_workers(
    photos: list[Path], end: signal.Signals, tmp_path: Path, *, is_open: bool
) -> None:
    command = [sys.executable, "-m", "pyroblur_gui", "gui", str(photos[0])]
    home = tmp_path / "home"
    environment = child_environment() | {"PYROBLUR_HOME": str(home)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as window:
        process = psutil.Process(window.pid)
        limit = time.monotonic() + WAIT_S
        while not process.children() or (is_open and not _has_jobs(home)):
            assert time.monotonic() < limit
            time.sleep(0.05)
        workers = process.children(recursive=True)
        window.send_signal(end)
        said = window.communicate(timeout=WAIT_S)[0].decode()
    assert workers
    assert window.returncode == 0, said
    assert "Traceback" not in said
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
    if is_open:
        assert (home / "settings" / "window.json").is_file()


def _has_jobs(home: Path) -> bool:
    """The queue is opened once the window is on screen."""
    return (home / "data" / "queue.sqlite").is_file()


def test_a_home_that_is_a_file_is_told_in_a_dialog(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, "what it was before")  # and is again after the test
    wall = tmp_path / "a file"
    wall.write_text("in the way")
    said: list[str] = []

    def answer() -> None:
        dialog = qapp.activeModalWidget()
        assert isinstance(dialog, Question)
        said.append(dialog.accessibleName())
        dialog.buttons["close"].click()

    QTimer.singleShot(0, answer)
    assert main(["--home", str(wall)]) == 1
    assert len(said) == 1
    assert f"{wall} is a file, not a folder" in said[0]
    assert said[0] in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize(
    ("display", "language", "said"),
    [
        ({}, "en", "There is no display here"),
        ({"DISPLAY": ":7319"}, "fr", "Il n’y a ici aucun écran"),
        ({"QT_QPA_PLATFORM": "wayland", "WAYLAND_DISPLAY": "nobody"}, "en", "There is no display here"),
    ],
    ids=["none", "nobody answers", "no compositor"],
)
def test_without_a_display_one_line_says_what_to_do(
    display: dict[str, str], language: str, said: str, tmp_path: Path
) -> None:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE")
    bare = {name: value for name, value in os.environ.items() if name not in names}
    environment = bare | display | {"PYROBLUR_LANG": language, "PYROBLUR_HOME": str(tmp_path), "XDG_RUNTIME_DIR": ""}
    done = subprocess.run(
        [sys.executable, "-m", "pyroblur_gui", "gui"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert "pyroblur blur" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.skipif(sys.platform != "linux", reason="libraries of X11")
@pytest.mark.parametrize(
    ("library", "lacks", "package"),
    [
        ("libQt6XcbQpa.so.6", b"libxcb-cursor.so.0", "libxcb-cxrsor0"),
        ("libQt6Gui.so.6", b"libEGL.so.1", "libexl1"),
    ],
    ids=["of the plugin for X11", "of Qt"],
)
def test_a_library_of_the_system_that_is_missing_is_named(
    library: str, lacks: bytes, package: str, tmp_path: Path
) -> None:
    wanted = lacks.replace(b"cur", b"cxr").replace(b"EGL", b"EXL")
    _link_qt(tmp_path / "PySide6", library, lacks, wanted)
    names = ("QT_", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    environment = bare | {
        "DISPLAY": ":7319", "PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}", "PYROBLUR_LANG": "fr",
        "PYROBLUR_HOME": str(tmp_path),
    }  # fmt: skip
    command = [sys.executable, "-m", "pyroblur_gui", "gui"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert done.returncode == 1
    assert wanted.decode() in done.stderr
    assert f"apt install {package}" in done.stderr
    assert "bibliothèque" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def _link_qt(target: Path, library: str, lacks: bytes, wanted: bytes) -> None:
    """Qt as it is installed, but for a library of its own that asks for another one, of which nobody has heard."""
    own = Path(PySide6.__file__).parent
    for folder in (Path(), Path("Qt"), Path("Qt", "lib"), Path("Qt", "plugins"), Path("Qt", "plugins", "platforms")):
        (target / folder).mkdir()
        for each in (own / folder).iterdir():
            if each.relative_to(own) not in {Path("Qt"), Path("Qt", "lib"), Path("Qt", "plugins")}:
                place = target / folder / each.name
                if each.name == "libqxcb.so":  # Qt asks for what a plugin needs beside the plugin's real place
                    shutil.copyfile(each, place)
                else:
                    place.symlink_to(each)
        if folder == Path("Qt", "plugins"):
            (target / folder / "platforms").unlink()
    data = (own / "Qt" / "lib" / library).read_bytes()
    assert lacks in data
    changed = target / "Qt" / "lib" / library
    changed.unlink()
    changed.write_bytes(data.replace(lacks, wanted))
