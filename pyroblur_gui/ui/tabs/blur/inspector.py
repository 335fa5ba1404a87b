"""What the preview shows: a frame before and after covering, the live frame of a running job, or why there is none.

One request is with the worker at a time and only the newest wish waits, so that a slider that is dragged across its
whole range costs a few requests, not a hundred. Which detections count follows the confidence at once, without one.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyroblur_gui.blurring.spec import BlurOptions, FrameRequest
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.jobs.events import Box, Preview
from pyroblur_gui.ui.i18n import translated
from pyroblur_gui.ui.pictures import Mark, Picture
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState
from pyroblur_gui.ui.tabs.blur.ports import Frame, Previews

UNKNOWN_THRESHOLD = 0.25  # until the model's own is known


@dataclass(frozen=True, slots=True)
class Shown:
    """Before and after at one moment. is_result: `after` is from the written file, not a preview of it."""

    before: Picture
    after: Picture | None
    time_s: float
    is_result: bool


class InspectorView(Protocol):
    def show_nothing(self) -> None: ...
    def show_item(self, item: Item) -> None: ...
    def show_waiting(self, *, is_waiting: bool) -> None: ...
    def show_frame(self, shown: Shown) -> None: ...
    def show_marks(self, marks: list[Mark]) -> None: ...
    def show_live(self, picture: Picture, *, frame: int, time_s: float) -> None: ...
    def show_problem(self, message: str, hint: str) -> None: ...
    def show_time(self, time_s: float, duration_s: float) -> None: ...
    def thresholds_known(self, thresholds: Mapping[str, float]) -> None: ...
    def engine_known(self, text: str) -> None: ...
    def show_mode(self, *, is_live: bool, can_be_live: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class _Wish:
    path: Path
    result: Path | None
    time_s: float
    options: BlurOptions


class Inspector:
    """Lives on the window's loop; `close` before the previews are closed."""

    def __init__(self, previews: Previews, view: InspectorView, *, options: BlurOptions, size: tuple[int, int]) -> None:
        self._previews = previews
        self._view = view
        self._options = options
        self._size = size
        self._item: Item | None = None
        self._time_s = 0.0
        self._duration_s = 0.0
        self._wants_live = True
        self._live_time_s: float | None = None
        self._boxes: tuple[Box, ...] = ()
        self._left: tuple[Box, ...] = ()  # found in the result
        self._thresholds: dict[str, float] = {}
        self._wish: _Wish | None = None
        self._shown: _Wish | None = None
        self._task: asyncio.Task[None] | None = None

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @property
    def item_id(self) -> int | None:
        return self._item.id if self._item is not None else None

    @property
    def is_live(self) -> bool:
        """Whether the frames of the running job are shown."""
        running = self._item is not None and self._item.state in {ItemState.RUNNING, ItemState.PAUSED}
        return running and self._wants_live

    def show(self, item: Item | None) -> None:
        """Turns to a file, or brings what is known of the present one up to date."""
        is_other = (item.id if item is not None else None) != self.item_id
        was_live = self.is_live
        self._item = item
        if item is None:
            self._wish = self._shown = None
            self._boxes = self._left = ()
            self._view.show_nothing()
            return
        self._view.show_item(item)
        if is_other:
            self._time_s, self._wants_live, self._live_time_s = item.look_at_s, True, None
            self._boxes = self._left = ()
            self._view.show_marks([])
        duration_s = item.facts.duration_s if item.facts is not None else 0.0
        if is_other or duration_s != self._duration_s:
            self._duration_s = duration_s
            self._view.show_time(self._time_s, duration_s)
        if was_live and not self.is_live and self._live_time_s is not None:
            self.seek(self._live_time_s)  # stay where the live picture was
        self._view.show_mode(is_live=self.is_live, can_be_live=item.state is ItemState.RUNNING)
        if not (self.is_live and self._live_time_s is not None):
            self._refresh()

    def seek(self, time_s: float) -> None:
        """Shows another moment; leaves the live picture."""
        if self._item is None:
            return
        self._time_s = min(max(0.0, time_s), max(0.0, self._duration_s)) if self._duration_s else max(0.0, time_s)
        if self.is_live:
            self._wants_live = False
            self._view.show_mode(is_live=False, can_be_live=True)
        self._view.show_time(self._time_s, self._duration_s)
        self._refresh()

    def go_live(self) -> None:
        """Back to the frames of the running job."""
        self._wants_live = True
        if self._item is not None:
            self._view.show_marks([])
            self._view.show_mode(is_live=self.is_live, can_be_live=self._item.state is ItemState.RUNNING)

    def set_options(self, options: BlurOptions) -> None:
        """The marks follow now, the covered picture as soon as it is there."""
        self._options = options
        if not self.is_live:
            self._mark()
            self._refresh()

    def live_frame(self, item_id: int, preview: Preview) -> None:
        """A running job's frame; read at once or not at all, as the worker keeps only the newest."""
        if item_id != self.item_id or not self.is_live:
            return
        picture = self._previews.picture(preview)
        if picture is not None:
            self._live_time_s = preview.time_s
            self._view.show_live(picture, frame=preview.frame, time_s=preview.time_s)
            self._view.show_time(preview.time_s, self._duration_s)

    def _refresh(self) -> None:
        item = self._item
        if item is None or item.state is ItemState.FAILED:
            self._wish = None
            if item is not None:
                self._view.show_problem(item.message, item.hint)
            return
        result = item.target if item.state.is_finished else None
        self._wish = _Wish(item.source, result, self._time_s, self._options)
        if self._wish != self._shown and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._fulfil())

    async def _fulfil(self) -> None:
        """Asks for the newest wish until there is none newer."""
        while self._wish is not None and self._wish != self._shown:
            wish = self._wish
            self._view.show_waiting(is_waiting=True)
            try:
                frame = await self._previews.frame(self._request(wish, wish.path))
                result = await self._result(wish)
            except PyroblurError as error:
                if wish == self._wish:
                    self._view.show_problem(translated(error.message), translated(error.hint))
                    self._wish = None
                continue
            finally:
                self._view.show_waiting(is_waiting=False)
            if self._wish is None or (self._wish.path, self._wish.result) != (wish.path, wish.result):
                continue
            self._take(wish, frame, result)

    async def _result(self, wish: _Wish) -> Frame | None:
        """The same moment of the written result, once there is one."""
        return await self._previews.frame(self._request(wish, wish.result)) if wish.result is not None else None

    def _take(self, wish: _Wish, frame: Frame, result: Frame | None) -> None:
        self._shown = wish
        self._thresholds |= frame.thresholds
        self._view.thresholds_known(self._thresholds)
        self._view.engine_known(frame.engine)
        if self.is_live and self._live_time_s is not None:
            return
        self._boxes, self._left = frame.boxes, result.boxes if result is not None else ()
        if frame.duration_s and frame.duration_s != self._duration_s:
            self._duration_s = frame.duration_s
            self._view.show_time(self._time_s, self._duration_s)
        after = result.plain if result is not None else frame.covered
        self._view.show_frame(Shown(frame.plain, after, frame.time_s, is_result=result is not None))
        self._mark()

    def _request(self, wish: _Wish, path: Path) -> FrameRequest:
        width, height = self._size
        return FrameRequest(path=path, time_s=wish.time_s, width=width, height=height, options=wish.options)

    def _mark(self) -> None:
        """Doubtful detections only show to who is choosing a confidence: otherwise they are clutter."""
        marks = []
        for box in self._boxes:
            counts = self._counts(box)
            if box.label in self._options.classes and (counts or self._options.confidence_for(box.label) is not None):
                marks.append(Mark(box, is_covered=counts))
        needs_look = self._item is not None and self._item.state is ItemState.LOOK
        left = [box for box in self._left if needs_look and self._counts(box)]
        self._view.show_marks(marks + [Mark(box, is_covered=False, is_left=True) for box in left])

    def _counts(self, box: Box) -> bool:
        chosen = self._options.confidence_for(box.label)
        own = self._thresholds.get(box.label, UNKNOWN_THRESHOLD)
        return box.score >= (own if chosen is None else chosen)
