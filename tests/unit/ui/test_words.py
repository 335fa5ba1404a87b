"""Figures and states as the user reads them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pyroblur_gui.jobs.events import Failed, Finished, Log, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.media.facts import Kind, MediaFacts
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState, Summary
from pyroblur_gui.ui.tabs.blur.outcome import updated
from pyroblur_gui.ui.tabs.blur.pace import Pace
from pyroblur_gui.ui.tabs.blur.wording import (
    STATE_ICONS,
    accessible_text,
    clock_text,
    facts_text,
    found_text,
    progress_text,
    size_text,
    start_text,
    state_text,
    summary_text,
    time_left_text,
)

CLIP = Item(id=1, source=Path("/media/street.mp4"), size_bytes=34_400_000)
FACTS = MediaFacts(
    path=CLIP.source, kind=Kind.VIDEO, container="mp4", size_bytes=34_400_000, width=1920, height=1080, duration_s=72.4
)


def job(state: JobState, **more: object) -> Job:
    now = datetime.now(UTC)
    return Job(id=1, kind="blur", spec={}, lane="cpu", state=state, position=0, created=now, updated=now, **more)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (999, "999 B"), (50_427, "50.4 kB"), (137_419, "137 kB"), (3_200_000_000, "3.2 GB")]
)
def test_sizes(value: int, text: str) -> None:
    assert size_text(value) == text


def test_durations_and_estimates() -> None:
    assert [clock_text(value) for value in (0, 7.4, 750, 3723)] == ["0:00", "0:07", "12:30", "1:02:03"]
    assert time_left_text(0.2) == "1 s left"
    assert time_left_text(200) == "3 min left"
    assert time_left_text(3700) == "1 h 2 min left"


def test_a_line_tells_kind_picture_size_duration_and_size() -> None:
    assert facts_text(CLIP) == "Video · 34.4 MB"
    assert facts_text(replace(CLIP, facts=FACTS)) == "Video · 1920 × 1080 · 1:12 · 34.4 MB"


def test_every_state_has_a_word_and_an_icon() -> None:
    words = {state_text(replace(CLIP, state=state)) for state in ItemState}
    assert len(words) == len(ItemState) == len(STATE_ICONS)


def test_progress_becomes_stage_share_speed_and_time_left() -> None:
    told = Progress(stage="blur", done=43, total=100, rate=66.2, eta_s=12.3)
    item = updated(CLIP, job(JobState.RUNNING), told)
    assert state_text(item) == "Covering"
    assert progress_text(item) == "43 % · 66 fps · 12 s left"
    paused = updated(item, job(JobState.PAUSED), None)
    assert progress_text(paused) == "43 %"
    assert progress_text(updated(paused, job(JobState.RUNNING), None)) == "43 % · 66 fps · 12 s left"


def test_a_finished_clip_counts_things_and_a_photo_boxes() -> None:
    result = {
        "kind": "video", "output": "/out/street_blurred.mp4", "detections": {"face": 900}, "tracks": {"face": 4},
        "needs_look": False, "warnings": [], "reports": ["/out/r.html", "/out/r.json"],
    }  # fmt: skip
    item = updated(CLIP, job(JobState.DONE, result=Finished(result=result)), None)
    assert item.state is ItemState.DONE
    assert found_text(item) == "4 faces"
    assert item.target == Path("/out/street_blurred.mp4")
    assert item.report == Path("/out/r.html")
    photo = updated(CLIP, job(JobState.DONE, result=Finished(result={**result, "kind": "image"})), None)
    assert found_text(photo) == "900 faces"


def test_a_result_in_which_the_check_found_something_needs_a_look() -> None:
    result = {"needs_look": True, "verification": {"leaks": [{}, {}]}}
    item = updated(CLIP, job(JobState.DONE, result=Finished(result=result)), None)
    assert item.state is ItemState.LOOK
    assert "2 places" in item.message
    assert item.hint
    cut = updated(
        CLIP, job(JobState.DONE, result=Finished(result={"needs_look": True, "cut_off": "Cut at 3 s."})), None
    )
    assert (cut.state, cut.message) == (ItemState.LOOK, "Cut at 3 s.")
    torn = {"needs_look": True, "reasons": ["The source is damaged in 3 place(s)."], "warnings": ["Left out: GPS."]}
    item = updated(CLIP, job(JobState.DONE, result=Finished(result=torn)), None)
    assert (item.state, item.message) == (ItemState.LOOK, "The source is damaged in 3 place(s).")


def test_a_failure_shows_what_failed_and_what_to_do_and_is_forgotten_by_the_next_run() -> None:
    failure = Failed(code="output", message="The folder is read-only.", hint="Choose another.")
    item = updated(CLIP, job(JobState.FAILED, failure=failure), None)
    assert (item.message, item.hint) == ("The folder is read-only.", "Choose another.")
    assert accessible_text(item) == "street.mp4. Video · 34.4 MB. Failed. The folder is read-only. Choose another"
    assert updated(item, job(JobState.QUEUED), None).message == ""


def test_a_warning_is_kept_on_the_line() -> None:
    item = updated(CLIP, job(JobState.RUNNING), Log(level="warning", text="The sound is odd."))
    assert item.message == "The sound is odd."


def test_the_main_button_says_what_it_will_do() -> None:
    assert start_text(Summary(total=1, ready=1)) == "Cover 1 file"
    assert start_text(Summary(total=12, ready=12)) == "Cover 12 files"
    assert start_text(Summary(total=3, ready=2, running=1, is_started=True)) == "Cover 2 more files"
    assert summary_text(Summary(total=4, finished=2, failed=1, look=1)) == "2 of 4 done · 1 failed · 1 needs a look"


def test_the_whole_list_is_estimated_from_what_was_done() -> None:
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    half = [replace(CLIP, state=ItemState.RUNNING, stage="blur", fraction=0.5)]
    assert pace.summary(half, is_started=True).eta_s is None
    now[0] = 10.0
    most = [replace(CLIP, state=ItemState.RUNNING, stage="blur", fraction=0.75)]
    summary = pace.summary(most, is_started=True)
    assert summary.eta_s == pytest.approx(10.0)
    assert summary.fraction == pytest.approx(0.75)
    assert pace.summary([replace(CLIP, state=ItemState.DONE)], is_started=True).eta_s is None
