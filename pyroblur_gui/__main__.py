"""Opens one of the three doors: the window, the command line or the worker. Each loads only what it needs."""

# ruff: noqa: PLC0415 - a door that is not opened must not cost its imports
import os
import sys

WORKER = "worker"
GUI = "gui"


def main() -> int:
    """`pyroblur`, `python -m pyroblur_gui` and the packaged program."""
    _prepare()
    match sys.argv[1:]:
        case [verb, *rest] if verb == WORKER:
            from pyroblur_gui.worker import main as work

            return work(rest)
        case [verb, *files] if verb == GUI and not any(file.startswith("-") for file in files):
            return _open_window(files)  # past the command line, whose import would delay the window
        case [] if _was_started_from_a_desktop():
            return _open_window([])
        case _:
            from pyroblur_gui.cli.main import main as command_line

            return command_line(_open_window)


def main_window() -> int:
    """`pyroblur-gui`: the window, and nothing but the worker beside it."""
    _prepare()
    match sys.argv[1:]:
        case [verb, *rest] if verb == WORKER:  # a packaged window starts itself as its worker
            from pyroblur_gui.worker import main as work

            return work(rest)
        case arguments:
            return _open_window(arguments)


def _open_window(arguments: list[str]) -> int:
    from pyroblur_gui.core.interpreter import hold_constants

    hold_constants()
    from pyroblur_gui.ui.app import main as window

    return window(arguments)


def _is_packaged() -> bool:
    return bool(getattr(sys, "frozen", False))


def _was_started_from_a_desktop() -> bool:
    """A packaged program that was double-clicked has no terminal to print its help to."""
    return _is_packaged() and not (sys.stdout is not None and sys.stdout.isatty())


def _prepare() -> None:
    """In a packaged program, processes of multiprocessing start this file again: they leave here."""
    # No plugin of another package looks into what is validated, and none is searched for, in a tenth of the start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if _is_packaged():
        import multiprocessing

        multiprocessing.freeze_support()


if __name__ == "__main__":
    sys.exit(main())
