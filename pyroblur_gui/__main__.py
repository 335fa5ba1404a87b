"""Opens one of the three doors: the window, the command line or the worker. Each loads only what it needs."""

# ruff: noqa: PLC0415 - a door that is not opened must not cost its imports
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyroblur_gui.operations.spec import Check

WORKER = "worker"
GUI = "gui"

# PyInstaller's start-up points these to the program's own libraries and keeps what they were under a second name.
_LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def main() -> int:
    """`pyroblur`, `python -m pyroblur_gui` and the packaged program."""
    prepare()
    match sys.argv[1:]:
        case [verb, *rest] if verb == WORKER:
            return _work(rest)
        case [verb, *files] if verb == GUI and not any(file.startswith("-") for file in files):
            return _open_window(files)  # past the command line, whose import would delay the window
        case [] if _was_started_from_a_desktop():
            return _open_window([])
        case _:
            from pyroblur_gui.core.interpreter import loading_modules

            with loading_modules():
                from pyroblur_gui.cli.doors import Doors
                from pyroblur_gui.cli.main import main as command_line
            return command_line(Doors(open_window=_open_window, check_window=_check_window))


def main_window() -> int:
    """`pyroblur-gui`: the window, and nothing but the worker beside it."""
    prepare()
    match sys.argv[1:]:
        case [verb, *rest] if verb == WORKER:  # a packaged window starts itself as its worker
            return _work(rest)
        case arguments:
            return _open_window(arguments)


def _work(arguments: list[str]) -> int:
    from pyroblur_gui.core.interpreter import loading_modules

    with loading_modules():
        from pyroblur_gui.worker import main as worker
    return worker(arguments)


def _open_window(arguments: list[str]) -> int:
    from pyroblur_gui.core.interpreter import hold_constants, hold_garbage

    hold_constants()
    hold_garbage()
    try:
        from pyroblur_gui.ui.app import main as window
    except ImportError as error:
        return _refuse_without_library(error)
    return window(arguments)


def _refuse_without_library(error: ImportError) -> int:
    """Qt itself needs libraries of the system (libEGL, say). Raises what is another mistake."""
    from pyroblur_gui.core.desktop import complain, missing_library, without_library
    from pyroblur_gui.core.paths import translations
    from pyroblur_gui.core.translation import language_of, use_language

    library = missing_library(error)
    if not library:
        raise error
    use_language(language_of(os.environ), translations())
    complain(without_library(library))
    return 1


def _check_window() -> "Sequence[Check]":
    from pyroblur_gui.ui.self_test import check_window

    return check_window()


def _is_packaged() -> bool:
    return bool(getattr(sys, "frozen", False))


def _was_started_from_a_desktop() -> bool:
    """A packaged program that was double-clicked has no terminal to print its help to."""
    return _is_packaged() and not (sys.stdout is not None and sys.stdout.isatty())


def prepare() -> None:
    """In a packaged program, processes of multiprocessing start this file again: they leave here.

    And what it starts must not load its libraries: the browser, the file manager, the training part's Python. The
    loader has read these variables already; our own workers set them anew, as they are told to begin from nothing.
    """
    # No plugin of another package looks into what is validated, and none is searched for, in a tenth of the start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if _is_packaged():
        import multiprocessing

        multiprocessing.freeze_support()
        os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
        for name in _LIBRARY_PATHS:
            before = os.environ.pop(f"{name}_ORIG", None)
            os.environ.pop(name, None)
            if before is not None:
                os.environ[name] = before


if __name__ == "__main__":
    sys.exit(main())
