"""The interactive lane answers each request, with what a job would show and without doing anything twice."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from pydantic import JsonValue
from scenes import Scene
from stage import Stage

from pyroblur_gui.blurring.spec import BlurOptions, FrameRequest, PreviewSpec, Style, ThumbnailRequest
from pyroblur_gui.core.classes import FACE
from pyroblur_gui.core.errors import JobCancelledError
from pyroblur_gui.jobs.events import Answer
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.models.network import NetworkDetector
from pyroblur_gui.operations import idle, preview
from pyroblur_gui.operations.idle import IdleMeasuring
from pyroblur_gui.operations.warm import DETECTOR, WarmDetector


@pytest.fixture(autouse=True)
def _close_detector():
    yield
    DETECTOR.close()


def _frame(path: Path, time_s: float = 0.0, *, size: tuple[int, int] = (320, 240), **options) -> dict[str, JsonValue]:
    chosen = {"model": "centerface", "classes": (FACE,), "style": Style.SOLID, "color": "#00ff00", **options}
    request = FrameRequest(path=path, time_s=time_s, width=size[0], height=size[1], options=BlurOptions(**chosen))
    return request.model_dump(mode="json")


def _run(*requests: dict[str, JsonValue]) -> tuple[Stage, list[Answer]]:
    stage = Stage(requests)
    assert preview.run(PreviewSpec(), stage) == {"answered": len(requests)}
    answers = stage.of_type("answer")
    assert [answer.request for answer in answers] == list(range(1, len(requests) + 1))
    return stage, answers


def _middle(picture: np.ndarray, face: tuple[int, int, int, int]) -> np.ndarray:
    left, top, right, bottom = face
    return picture[top:bottom, left:right].mean(axis=(0, 1))


def test_a_frame_is_shown_as_it_is_and_covered(clip: Path, scene: Scene):
    stage, (answer,) = _run(_frame(clip, 1.0))
    (shown,) = stage.shown
    assert answer.error is None
    assert (answer.result["frames"], answer.result["duration_s"]) == (48, pytest.approx(2.0, abs=0.05))
    assert "OpenVINO" in answer.result["engine"]
    assert answer.result["thresholds"] == {FACE: 0.2}
    assert shown.frame == 24
    assert np.abs(shown.rgb.astype(int) - scene.pictures[24]).mean() < 12
    assert _middle(shown.covered, scene.faces[24])[1] > 200
    assert np.array_equal(shown.covered[:, :50], shown.rgb[:, :50])
    best = shown.boxes[0]
    left, top, right, bottom = scene.faces[24]
    assert best.left * 320 < left < right < best.right * 320
    assert best.top * 240 < top < bottom < best.bottom * 240


def test_a_photo_is_shown_covered(photo: Path, scene: Scene):
    stage, (answer,) = _run(_frame(photo))
    assert answer.result["frames"] == 1
    assert np.array_equal(stage.shown[0].rgb, scene.pictures[0])
    assert _middle(stage.shown[0].covered, scene.face)[1] > 200


def test_pictures_fit_the_size_that_was_asked_for(clip: Path):
    stage, _ = _run(_frame(clip, size=(160, 160)), _frame(clip, size=(4000, 4000)))
    assert [shown.rgb.shape for shown in stage.shown] == [(120, 160, 3), (240, 320, 3)]


def test_the_slider_costs_no_inference(clip: Path, monkeypatch: pytest.MonkeyPatch):
    looks = []
    look = NetworkDetector.submit
    monkeypatch.setattr(NetworkDetector, "submit", lambda *a, **k: looks.append(1) or look(*a, **k))
    stage, answers = _run(
        _frame(clip, 0.5),
        _frame(clip, 0.5, confidence={"*": 0.95}),
        _frame(clip, 0.5, style=Style.PIXELATE),
        _frame(clip, 1.0),
        _frame(clip, 0.5),
    )
    assert sum(looks) == 2, "two moments were looked at, however often they were asked for"
    assert all(answer.error is None for answer in answers)
    covered = [np.array_equal(shown.rgb, shown.covered) for shown in stage.shown]
    assert covered == [False, True, False, False, False], "nothing is as sure as 0.95"


def test_what_goes_wrong_is_the_answer_and_the_lane_goes_on(photo: Path, tmp_path: Path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no clip")
    stage, answers = _run(
        _frame(broken),
        {"verb": "dance"},
        _frame(tmp_path / "gone.jpg"),
        _frame(photo, model="no such model"),
        _frame(photo),
    )
    assert [answer.error and answer.error.code for answer in answers] == [
        "unreadable_media", "settings", "missing_file", "model", None,
    ]  # fmt: skip
    assert all(answer.error.hint for answer in answers[:4])
    assert len(stage.shown) == 1


def test_a_file_that_changed_is_opened_anew(clip: Path, photo: Path, scene: Scene):
    def replace() -> None:
        scene.image(40).save(photo)
        os.utime(photo, ns=(1, 1))

    class Replacing(Stage):
        def next_request(self):
            if len(self.of_type("answer")) == 1:
                replace()
            return super().next_request()

    stage = Replacing([_frame(photo), _frame(photo)])
    preview.run(PreviewSpec(), stage)
    assert np.array_equal(stage.shown[0].rgb, scene.pictures[0])
    assert np.array_equal(stage.shown[1].rgb, scene.pictures[40])


def test_thumbnails_come_with_the_facts_of_a_file(clip: Path, photo: Path):
    requests = [
        ThumbnailRequest(path=path, width=160, height=90).model_dump(mode="json") for path in (clip, photo, clip)
    ]
    stage, answers = _run(*requests)
    facts = [MediaFacts.model_validate(answer.result) for answer in answers]
    assert [each.kind.value for each in facts] == ["video", "image", "video"]
    assert [shown.rgb.shape for shown in stage.shown] == [(90, 120, 3)] * 3
    assert all(shown.covered is None for shown in stage.shown)


def test_a_cancelled_lane_ends(photo: Path, monkeypatch: pytest.MonkeyPatch):
    stage = Stage([_frame(photo)])

    def cancelled(*_what, **_more):
        raise JobCancelledError

    monkeypatch.setattr(stage, "answer", cancelled)
    with pytest.raises(JobCancelledError):
        preview.run(PreviewSpec(), stage)


# -- measuring while idle


def _until(condition, seconds: float = 10.0) -> None:
    for _ in range(round(seconds / 0.02)):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not come about")


@pytest.fixture
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "QUIET_PERCENT", 1000.0)
    monkeypatch.setattr(idle, "LOOK_S", 0.01)
    monkeypatch.setattr(idle, "is_worth_measuring", lambda _model: True)


@pytest.mark.usefixtures("_quiet")
def test_engines_are_timed_once_while_nobody_waits(monkeypatch: pytest.MonkeyPatch):
    measured = []
    monkeypatch.setattr(idle, "measure_engines", lambda model, **_more: measured.append(model))
    with IdleMeasuring(WarmDetector(), default="thorough", idle_s=0.05):
        _until(lambda: measured)
        threading.Event().wait(0.3)
    assert measured == ["thorough"]


@pytest.mark.usefixtures("_quiet")
def test_timing_stops_for_a_request_and_is_taken_up_again(monkeypatch: pytest.MonkeyPatch):
    begun, done = [], []

    def measure(model: str, *, check_cancelled) -> None:
        begun.append(model)
        for _ in range(50 if len(begun) == 1 else 1):
            check_cancelled()
            threading.Event().wait(0.02)
        done.append(model)

    monkeypatch.setattr(idle, "measure_engines", measure)
    with IdleMeasuring(WarmDetector(), default="fast", idle_s=0.05) as idling:
        _until(lambda: begun)
        with idling.busy():
            threading.Event().wait(0.1)
            assert done == []
        _until(lambda: done)
    assert (begun, done) == (["fast", "fast"], ["fast"])
