"""One file from start to end, in this process: what is told, what is written, and what is not."""

import json
import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from scenes import Scene, moving_face
from stage import Stage
from unusual_media import ClipForm, write_clip

from pyroblur_gui.blurring import pipeline, render
from pyroblur_gui.blurring.pipeline import is_tiled
from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec, Style, Tiling, Verify
from pyroblur_gui.core.classes import FACE
from pyroblur_gui.core.errors import JobCancelledError, MissingFileError, OutputError, UnreadableMediaError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.media.probe import probe
from pyroblur_gui.models.detector import Detector
from pyroblur_gui.operations import blur
from pyroblur_gui.operations.warm import DETECTOR, WarmDetector

GREEN = "#00ff00"


def _spec(source: Path, target: Path | None = None, **options) -> BlurSpec:
    chosen = {"model": "centerface", "classes": (FACE,), "style": Style.SOLID, "color": GREEN, **options}
    target = target or source.with_name(f"{source.stem}_blurred{source.suffix}")
    return BlurSpec(source=source, target=target, options=BlurOptions(**chosen))


def _frames(path: Path) -> list[np.ndarray]:
    with av.open(path) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def _packets(path: Path) -> list[tuple[int | None, int | None, bytes]]:
    with av.open(path) as container:
        return [(packet.pts, packet.dts, bytes(packet)) for packet in container.demux(video=0) if packet.size]


def _is_green(picture: np.ndarray, box: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = box
    red, green, blue = picture[top:bottom, left:right].mean(axis=(0, 1))
    return green > 180 and red < 90 and blue < 90


def _stop_at(stage: Stage, count: int) -> None:
    def stop(asked: int) -> None:
        if asked == count:
            raise JobCancelledError

    stage.on_check = stop


def test_a_clip_is_covered_and_told_of(clip: Path, scene: Scene):
    stage = Stage()
    before = clip.read_bytes()
    result = blur.run(_spec(clip, verify=Verify.FULL, report=True), stage)
    shown = _frames(Path(result["output"]))
    assert len(shown) == 48
    assert all(_is_green(picture, face) for picture, face in zip(shown, scene.faces, strict=True))
    assert clip.read_bytes() == before
    assert (result["kind"], result["frames"], result["resumed_at"]) == ("video", 48, 0)
    assert result["detections"] == {FACE: 48}
    assert result["tracks"] == {FACE: 1}
    assert result["verification"]["frames_checked"] == 48
    assert result["verification"]["leaks"] == []
    assert result["needs_look"] is False
    assert json.loads(json.dumps(result)) == result
    started = stage.events[0]
    assert started.type == "started"
    assert started.detail["media"] == "video"
    assert "OpenVINO" in started.detail["engine"]
    assert [event.kind for event in stage.of_type("artifact")] == ["output", "report", "report"]
    assert {event.stage for event in stage.of_type("progress")} == {"blur", "verify"}
    assert not list(folders().projects.rglob("*")), "nothing of the job is kept"
    assert sorted(path.name for path in clip.parent.iterdir()) == [
        "clip.mp4", "clip_blurred.mp4", "clip_blurred.mp4.report.html", "clip_blurred.mp4.report.json",
    ]  # fmt: skip


def test_a_report_tells_what_was_done(clip: Path):
    result = blur.run(_spec(clip, report=True), Stage())
    html, data = (Path(path) for path in result["reports"])
    report = json.loads(data.read_text())
    assert report["source"]["name"] == "clip.mp4"
    assert report["tracks"][0]["covered_frames"] == 48
    assert report["tracks"][0]["last_s"] == pytest.approx(47 / 24, abs=0.01)
    assert list(report["model_sha256"]) == ["centerface"]
    for text in (html.read_text(), data.read_text()):
        assert str(clip.parent) not in text


def test_a_photo_is_covered_and_told_of(photo: Path, scene: Scene):
    result = blur.run(_spec(photo), Stage())
    with av.open(result["output"]) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert _is_green(picture, scene.face)
    assert np.array_equal(picture[:, :50], scene.pictures[0][:, :50])
    assert (result["kind"], result["frames"], result["detections"]) == ("image", 1, {FACE: 1})


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_clip_is_covered_where_the_face_is_stored(tmp_path: Path, scene: Scene, rotation: int):
    path = tmp_path / "turned.mp4"
    write_clip(path, scene.pictures[:12], ClipForm(rotation=rotation))
    result = blur.run(_spec(path, verify=Verify.FULL), Stage())
    stored = _frames(Path(result["output"]))
    assert probe(Path(result["output"])).video.rotation == probe(path).video.rotation
    turns = probe(path).video.rotation // 90
    for picture, face in zip(stored, scene.faces[:12], strict=True):
        assert _is_green(np.rot90(picture, -turns), face)
    assert result["verification"]["leaks"] == []


def test_a_stopped_job_goes_on_and_makes_the_same_file(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(render, "SEGMENT_S", Fraction(1, 2))
    whole = blur.run(_spec(clip, tmp_path / "whole.mp4", verify=Verify.OFF), Stage())
    first, second = Stage(), Stage()
    _stop_at(first, 46)
    spec = _spec(clip, tmp_path / "stopped.mp4", verify=Verify.OFF)
    with pytest.raises(JobCancelledError):
        blur.run(spec, first)
    assert not spec.target.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")], "nothing half-written is left"
    resumed = blur.run(spec, second)
    assert resumed["resumed_at"] > 0
    assert second.of_type("started")[0].detail["resumed_at"] == resumed["resumed_at"]
    assert min(event.done for event in second.of_type("progress")) >= resumed["resumed_at"]
    assert _packets(spec.target) == _packets(Path(whole["output"]))
    assert resumed["detections"] == whole["detections"]


def test_a_changed_source_starts_afresh(clip: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(render, "SEGMENT_S", Fraction(1, 2))
    stage = Stage()
    _stop_at(stage, 46)
    with pytest.raises(JobCancelledError):
        blur.run(_spec(clip), stage)
    write_clip(clip, scene.pictures[:40], ClipForm(rate=24))
    result = blur.run(_spec(clip), Stage())
    assert (result["resumed_at"], result["frames"]) == (0, 40)


def test_a_source_that_changes_meanwhile_leaves_no_output(clip: Path):
    def touch(count: int) -> None:
        if count == 20:
            with clip.open("r+b") as file:
                file.write(b"\0\0\0\0")
            os.utime(clip, ns=(1, 1))

    stage = Stage()
    stage.on_check = touch
    spec = _spec(clip)
    with pytest.raises((UnreadableMediaError, MissingFileError)):
        blur.run(spec, stage)
    assert not spec.target.exists()


def test_an_output_that_lost_frames_is_not_put_in_place(clip: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(render, "SEGMENT_S", Fraction(1, 2))
    joined = pipeline.mux
    monkeypatch.setattr(pipeline, "mux", lambda *, segments, **more: joined(segments=segments[:-1], **more))
    spec = _spec(clip, verify=Verify.SAMPLED)
    with pytest.raises(OutputError, match="came out wrong"):
        blur.run(spec, Stage())
    assert sorted(path.name for path in clip.parent.iterdir()) == ["clip.mp4"]


def test_a_source_is_never_its_own_target(clip: Path):
    before = clip.read_bytes()
    with pytest.raises(OutputError, match="replaced by its own output"):
        blur.run(_spec(clip, clip), Stage())
    assert clip.read_bytes() == before


def test_an_ending_that_cannot_be_written_is_changed_where_it_was_not_chosen(tmp_path: Path, scene: Scene):
    path = tmp_path / "clip.mpg"
    write_clip(path, scene.pictures[:6], ClipForm(codec="mpeg2video"))
    result = blur.run(_spec(path), Stage())
    assert Path(result["output"]).suffix in {".mp4", ".mkv"}
    with pytest.raises(ValueError, match="ending"):
        blur.run(_spec(path, tmp_path / "out.nonsense"), Stage())


def test_a_model_without_plates_says_that_none_were_covered(photo: Path):
    stage = Stage()
    result = blur.run(_spec(photo, classes=("face", "license_plate")), stage)
    assert any("license_plate" in warning for warning in result["warnings"])
    assert [event.text for event in stage.of_type("log")] == result["warnings"]


def test_large_photos_are_looked_at_in_tiles_unless_chosen_otherwise(photo: Path, clip: Path):
    small, moving = probe(photo), probe(clip)
    large = small.model_copy(update={"width": 6000, "height": 4000})
    assert [is_tiled(BlurOptions(), facts) for facts in (small, large, moving)] == [False, True, False]
    assert is_tiled(BlurOptions(tiling=Tiling.ON), moving)
    assert not is_tiled(BlurOptions(tiling=Tiling.OFF), large)


def test_a_warm_worker_loads_a_model_once(photo: Path, pictures: dict[str, Path]):
    warm, options = WarmDetector(), BlurOptions(model="centerface", precision="f32")
    first: Detector = warm.open(options, tiled=False)
    assert warm.open(options.model_copy(update={"crf": 30}), tiled=False) is first
    tiled = warm.open(options, tiled=True)
    assert tiled is not first
    warm.close()
    assert warm.open(options, tiled=True) is not tiled
    warm.close()


def test_animations_are_covered_in_every_frame(tmp_path: Path, pictures: dict[str, Path]):
    scene = moving_face(pictures["zidane"], frames=6)
    path = tmp_path / "moving.webp"
    scene.image(0).save(
        path, save_all=True, append_images=[scene.image(number) for number in range(1, 6)], duration=80, lossless=True
    )
    result = blur.run(_spec(path), Stage())
    assert (result["frames"], result["tracks"]) == (6, {FACE: 1})


@pytest.fixture(autouse=True, scope="module")
def _close_detector():
    yield
    DETECTOR.close()
