"""Time stamps that can be written again: present, and later from frame to frame."""

from fractions import Fraction

_JUMP_BACK_S = 1  # further back than reordering explains: the clip was joined from several


class Clock:
    """Gives each frame, in the order in which it is shown, the time at which it is shown.

    Keeps what the clip says. A missing time follows from the frame before; a time that is not later than the one
    before is moved by one tick; where time jumps back (joined recordings), what follows is shifted to go on.
    """

    def __init__(self, *, time_base: Fraction, frame_rate: Fraction | None) -> None:
        self._nominal = (
            max(1, round(1 / (frame_rate * time_base))) if frame_rate else max(1, round(1 / (25 * time_base)))
        )
        self._jump = round(_JUMP_BACK_S / time_base)
        self._last: int | None = None
        self._last_duration = self._nominal
        self._shift = 0
        self.changed = 0  # frames whose time is not what the clip says

    def stamp(self, pts: int | None, duration: int) -> tuple[int, int]:
        """(pts, duration) to use for the next frame; `duration` 0 is not known."""
        told = pts
        if pts is None:
            pts = 0 if self._last is None else self._last + self._last_duration
        else:
            pts += self._shift
            if self._last is not None and pts < self._last - self._jump:
                self._shift += self._last + self._last_duration - pts
                pts = self._last + self._last_duration
        if self._last is not None and pts <= self._last:
            pts = self._last + 1
        if pts != told:
            self.changed += 1
        self._last = pts
        self._last_duration = duration if duration > 0 else self._nominal
        return pts, self._last_duration

    def resume_after(self, pts: int) -> None:
        """Goes on as if the frame at `pts` had been the last."""
        self._last = pts
