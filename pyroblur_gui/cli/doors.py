"""What the command line is handed by whoever knows the window, which it does not know itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyroblur_gui.operations.spec import Check

Window = Callable[[list[str]], int]  # takes the files to open, returns the exit status


@dataclass(frozen=True)
class Doors:
    """open_window: what `pyroblur gui` opens. check_window: the window's part of `pyroblur self-test`."""

    open_window: Window | None = None
    check_window: Callable[[], Sequence[Check]] | None = None
