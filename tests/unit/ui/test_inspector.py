"""The preview's decisions, on a lane whose answers come when the test says so."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pyroblur_gui.blurring.spec import BlurOptions, FrameRequest
from pyroblur_gui.jobs.events import Box, Preview, SharedImage
from pyroblur_gui.media.facts import Kind, MediaFacts
from pyroblur_gui.ui.job_client import PreviewError, PreviewFrame
from pyroblur_gui.ui.pictures import Mark, Picture
from pyroblur_gui.ui.tabs.blur.inspector import Inspector, Shown
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState

DOT = Picture(1, 1, b"123")
BOXES = tuple(Box(label="face", score=score, left=0.1, top=0.1, right=0.2, bottom=0.2) for score in (0.9, 0.4, 0.1))
CLIP = Item(
    id=7,
    source=Path("/media/clip.mp4"),
    facts=MediaFacts(
        path=Path("/media/clip.mp4"), kind=Kind.VIDEO, container="mp4", size_bytes=1, width=4, height=4, duration_s=9.0
    ),
)
LIVE = Preview(image=SharedImage(name="x", width=1, height=1), frame=30, time_s=1.5)
SEEN = (DOT, 30, 1.5)


class Lane:
    """Answers each request when the gate is open."""

    def __init__(self) -> None:
        self.requests: list[FrameRequest] = []
        self.gate = asyncio.Event()
        self.error: PreviewError | None = None

    async def thumbnail(self, path: Path, *, width: int, height: int) -> tuple[Picture | None, MediaFacts]:
        raise NotImplementedError

    async def frame(self, request: FrameRequest) -> PreviewFrame:
        self.requests.append(request)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return PreviewFrame(DOT, DOT, BOXES, request.time_s, 9.0, "an engine", {"face": 0.3})

    def picture(self, preview: Preview) -> Picture | None:
        return DOT if preview is LIVE else None


@dataclass
class View:
    shown: list[Shown] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    live: list[tuple[Picture, int, float]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    time: tuple[float, float] = (0.0, 0.0)
    mode: tuple[bool, bool] = (False, False)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    is_empty: bool = False

    def show_nothing(self) -> None:
        self.is_empty = True

    def show_item(self, item: Item) -> None: ...

    def show_waiting(self, *, is_waiting: bool) -> None: ...

    def show_frame(self, shown: Shown) -> None:
        self.shown.append(shown)

    def show_marks(self, marks: list[Mark]) -> None:
        self.marks = marks

    def show_live(self, picture: Picture, *, frame: int, time_s: float) -> None:
        self.live.append((picture, frame, time_s))

    def show_problem(self, message: str, hint: str) -> None:
        self.problems.append((message, hint))

    def show_time(self, time_s: float, duration_s: float) -> None:
        self.time = (time_s, duration_s)

    def thresholds_known(self, thresholds: Mapping[str, float]) -> None:
        self.thresholds = thresholds

    def engine_known(self, text: str) -> None: ...

    def show_mode(self, *, is_live: bool, can_be_live: bool) -> None:
        self.mode = (is_live, can_be_live)


@pytest.fixture
async def parts() -> tuple[Lane, View, Inspector]:
    lane, view = Lane(), View()
    return lane, view, Inspector(lane, view, options=BlurOptions(), size=(640, 480))


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_dragged_slider_costs_one_request_under_way_and_one_more(parts: tuple[Lane, View, Inspector]) -> None:
    lane, view, inspector = parts
    inspector.show(CLIP)
    await settle()
    for step in range(100):
        inspector.seek(step / 20)
        await asyncio.sleep(0)
    assert len(lane.requests) == 1
    lane.gate.set()
    await settle()
    assert [request.time_s for request in lane.requests] == [0.0, pytest.approx(4.95)]
    assert view.shown[-1].time_s == pytest.approx(4.95)


async def test_marks_follow_the_confidence_before_any_answer_comes(parts: tuple[Lane, View, Inspector]) -> None:
    lane, view, inspector = parts
    lane.gate.set()
    inspector.show(CLIP)
    await settle()
    assert view.thresholds == {"face": 0.3}
    assert [mark.is_covered for mark in view.marks] == [True, True]  # doubtful ones show only while one chooses
    lane.gate.clear()
    inspector.set_options(BlurOptions(confidence={"face": 0.05}))
    assert [mark.is_covered for mark in view.marks] == [True, True, True]
    inspector.set_options(BlurOptions(confidence={"face": 0.5}))
    assert [mark.is_covered for mark in view.marks] == [True, False, False]
    inspector.set_options(BlurOptions(classes=("license_plate",)))
    assert view.marks == []
    inspector.close()


async def test_live_frames_are_shown_until_the_user_looks_at_another_moment(
    parts: tuple[Lane, View, Inspector],
) -> None:
    lane, view, inspector = parts
    lane.gate.set()
    running = replace(CLIP, state=ItemState.RUNNING)
    inspector.show(running)
    inspector.live_frame(CLIP.id, LIVE)
    inspector.live_frame(99, LIVE)
    assert view.live == [SEEN]
    assert view.mode == (True, True)
    inspector.seek(3.0)
    assert view.mode == (False, True)
    inspector.live_frame(CLIP.id, LIVE)
    assert view.live == [SEEN]
    inspector.go_live()
    inspector.live_frame(CLIP.id, LIVE)
    assert view.live == [SEEN, SEEN]
    await settle()


async def test_a_finished_file_is_compared_with_its_written_result(parts: tuple[Lane, View, Inspector]) -> None:
    lane, view, inspector = parts
    lane.gate.set()
    running = replace(CLIP, state=ItemState.RUNNING)
    inspector.show(running)
    inspector.live_frame(CLIP.id, LIVE)
    inspector.show(replace(running, state=ItemState.DONE, target=Path("/out/clip.mp4")))
    await settle()
    assert [request.path.parent.name for request in lane.requests[-2:]] == ["media", "out"]
    assert view.shown[-1].is_result
    assert view.shown[-1].time_s == pytest.approx(1.5)  # where the live picture was


async def test_a_file_that_cannot_be_shown_says_why_and_the_next_can(parts: tuple[Lane, View, Inspector]) -> None:
    lane, view, inspector = parts
    lane.gate.set()
    lane.error = PreviewError("It is damaged.", hint="Copy it again.")
    inspector.show(CLIP)
    await settle()
    assert view.problems == [("It is damaged.", "Copy it again.")]
    lane.error = None
    inspector.show(replace(CLIP, id=8, source=Path("/media/other.mp4")))
    await settle()
    assert len(view.shown) == 1


async def test_an_answer_for_a_file_that_was_left_is_not_shown(parts: tuple[Lane, View, Inspector]) -> None:
    lane, view, inspector = parts
    inspector.show(CLIP)
    await settle()
    inspector.show(None)
    lane.gate.set()
    await settle()
    assert view.shown == []
    assert view.is_empty
