"""Boxes are listed where a person sees them, and nothing is written."""

from pathlib import Path

import numpy as np
import pytest
from scenes import Scene
from stage import Stage
from unusual_media import ClipForm, write_clip

from pyroblur_gui.blurring.spec import BlurOptions, DetectSpec
from pyroblur_gui.core.classes import FACE
from pyroblur_gui.core.errors import JobCancelledError
from pyroblur_gui.jobs.events import event_adapter
from pyroblur_gui.operations import detect
from pyroblur_gui.operations.warm import DETECTOR

Box = dict[str, float]


@pytest.fixture(autouse=True, scope="module")
def _close_detector():
    yield
    DETECTOR.close()


def _detect(path: Path, stage: Stage, **options):
    chosen = BlurOptions(**{"model": "centerface", "classes": (FACE,), **options})
    return detect.run(DetectSpec(source=path, options=chosen), stage)


def _holds(box: Box, face: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = face
    return box["left"] < left < right < box["right"] and box["top"] < top < bottom < box["bottom"]


def test_a_photo_is_listed(photo: Path, scene: Scene):
    stage = Stage()
    result = _detect(photo, stage)
    assert (result["frames"], result["detections"], result["width"], result["height"]) == (1, {FACE: 1}, 320, 240)
    assert _holds(result["boxes"][0]["boxes"][0], scene.face)
    assert stage.events[0].type == "started"
    assert [path.name for path in photo.parent.iterdir()] == [photo.name]


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_clip_is_listed_frame_by_frame_as_it_is_displayed(tmp_path: Path, scene: Scene, rotation: int):
    path = tmp_path / "clip.mp4"
    write_clip(path, scene.pictures[:20], ClipForm(rate=10, rotation=rotation))
    stage = Stage()
    result = _detect(path, stage)
    assert [line["frame"] for line in result["boxes"]] == list(range(20))
    assert [line["time_s"] for line in result["boxes"]] == [round(number / 10, 3) for number in range(20)]
    assert (result["width"], result["height"]) == (320, 240)
    for line, face in zip(result["boxes"], scene.faces[:20], strict=True):
        assert _holds(line["boxes"][0], face)
    told = stage.of_type("detected")
    assert [event.frame for event in told] == list(range(20))
    assert event_adapter.validate_json(told[0].model_dump_json()) == told[0]


def test_only_every_nth_frame_is_looked_at_when_asked(clip: Path):
    result = _detect(clip, Stage(), every=10)
    assert [line["frame"] for line in result["boxes"]] == [0, 10, 20, 30, 40]
    assert result["frames"] == 48


def test_too_many_boxes_are_told_one_frame_at_a_time_only(clip: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(detect, "MOST_LISTED", 10)
    stage = Stage()
    result = _detect(clip, stage)
    assert result["boxes"] is None
    assert len(stage.of_type("detected")) == 48
    assert result["detections"] == {FACE: 48}


def test_boxes_are_pixels_even_of_a_picture_that_is_not_square(tmp_path: Path, scene: Scene):
    path = tmp_path / "wide.mp4"
    squeezed = [picture[:, ::2] for picture in scene.pictures[:4]]
    write_clip(path, [np.ascontiguousarray(picture) for picture in squeezed])
    result = _detect(path, Stage())
    for line in result["boxes"]:
        for box in line["boxes"]:
            assert 0 <= box["left"] < box["right"] <= 160
            assert 0 <= box["top"] < box["bottom"] <= 240


def test_listing_can_be_cancelled(clip: Path):
    def cancel(count: int) -> None:
        if count == 5:
            raise JobCancelledError

    stage = Stage()
    stage.on_check = cancel
    with pytest.raises(JobCancelledError):
        _detect(clip, stage)
