"""A picture as it comes from a worker, before a view makes a pixmap of it."""

from dataclasses import dataclass

from pyroblur_gui.jobs.events import Box


@dataclass(frozen=True, slots=True)
class Picture:
    """rgb: height x width x 3 bytes, rows without padding."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """A detection to draw. is_covered: it counts with the options of now. is_left: the result still shows it."""

    box: Box
    is_covered: bool
    is_left: bool = False
