import os
import sqlite3
import time
from pathlib import Path

import pytest

from pyroblur_gui.blurring import project as projects
from pyroblur_gui.blurring.project import Detection, FrameRow, Project, SegmentRow, SourceIdentity, noise_seed
from pyroblur_gui.blurring.spec import Audio, BlurOptions, Style
from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.core.errors import JobError, MissingFileError, OutputError, UnreadableMediaError
from pyroblur_gui.core.paths import folders

BOX = (1.5, 2.25, 30.0, 40.125)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 2000)
    return path


def _open(source: Path, target: str = "out.mp4", model: str = "m", **options) -> Project:
    return Project.of_job(SourceIdentity.of(source), source.parent / target, BlurOptions(**options), model=model)


def _row(number: int, *found: Detection) -> FrameRow:
    return FrameRow(number, number * 512, number % 10 == 0, found)


def test_frames_come_back_as_they_were_recorded(source: Path):
    rows = [
        _row(0, Detection(FACE, BOX, 0.75), Detection(LICENSE_PLATE, BOX, 0.5)),
        _row(1),
        FrameRow(2, 7, is_key=False, detections=None),
        FrameRow(3, 9, is_key=False, detections=(), has_failed=True),
        _row(4, Detection(FACE, BOX, 0.25)),
    ]
    with _open(source) as project:
        for row in rows:
            project.record(row)
    with _open(source) as project:
        assert project.recorded == 5
        assert list(project.frames()) == rows
        assert list(project.frames(3)) == rows[3:]
        assert [project.pts_of(number) for number in range(5)] == [row.pts for row in rows]
        with pytest.raises(IndexError):
            project.pts_of(5)


def test_frames_are_recorded_in_order_without_a_gap(source: Path):
    with _open(source) as project, pytest.raises(ValueError, match="frame 1 was recorded where frame 0 was due"):
        project.record(_row(1))


def test_committed_frames_survive_a_kill(source: Path, tmp_path: Path):
    project = _open(source)
    project.record(_row(0))
    project.commit()
    project.record(_row(1))
    copy = tmp_path / "as after a kill"
    copy.mkdir()
    for file in project.folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    project.close()
    with Project(copy) as killed:
        assert [row.number for row in killed.frames()] == [0]


def test_segments_come_back_up_to_the_first_that_is_missing(source: Path):
    with _open(source) as project:
        for number in range(3):
            path = project.folder / f"{number}.nut"
            path.write_bytes(b"x")
            project.commit_segment(SegmentRow(number, number * 10, number * 10 + 10, path, {"n": number}))
    with _open(source) as project:
        assert [segment.covers for segment in project.segments()] == [{"n": 0}, {"n": 1}, {"n": 2}]
        (project.folder / "1.nut").unlink()
        assert [segment.stop for segment in project.segments()] == [10]


def test_facts_are_kept(source: Path):
    with _open(source) as project:
        assert project.noted("media") is None
        project.note("media", {"width": 608})
        project.note("media", {"width": 1080})
        assert project.noted("media") == {"width": 1080}


def test_the_same_job_finds_its_project_and_any_other_starts_afresh(source: Path):
    with _open(source) as project:
        first = project.folder
    for options in ({"audio": Audio.DROP}, {"report": True}):
        with _open(source, **options) as project:
            assert project.folder == first
    others = [{"style": Style.SOLID}, {"crf": 30}, {"target": "other.mp4"}, {"model": "n"}]
    folders_seen = {first}
    for changed in others:
        with _open(source, **changed) as project:
            folders_seen.add(project.folder)
    source.write_bytes(source.read_bytes() + b"more")
    with _open(source) as project:
        folders_seen.add(project.folder)
    assert len(folders_seen) == len(others) + 2


def test_a_project_is_open_in_one_place_at_a_time(source: Path):
    with _open(source), pytest.raises(JobError, match="Another PyroBlur"):
        _open(source)


def test_a_damaged_project_starts_afresh(source: Path, caplog: pytest.LogCaptureFixture):
    with _open(source) as project:
        project.record(_row(0))
        folder = project.folder
    (folder / projects.FILE_NAME).write_bytes(b"no database at all" * 500)
    for leftover in folder.glob(f"{projects.FILE_NAME}-*"):
        leftover.unlink()
    with _open(source) as project:
        assert project.recorded == 0
    assert "damaged" in caplog.text


def test_a_project_of_a_newer_version_starts_afresh(source: Path):
    with _open(source) as project:
        project.record(_row(0))
        folder = project.folder
    connection = sqlite3.connect(folder / projects.FILE_NAME)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with _open(source) as project:
        assert project.recorded == 0


def test_removing_leaves_nothing(source: Path):
    project = _open(source)
    (project.folder / "0.nut").write_bytes(b"x")
    project.remove()
    assert not project.folder.exists()


def test_only_projects_that_nobody_went_on_with_are_removed(source: Path):
    with _open(source) as project:
        old = project.folder
    with _open(source, target="new.mp4") as project:
        new = project.folder
    long_ago = time.time() - projects.STALE_AFTER_S - 100
    for file in old.iterdir():
        os.utime(file, (long_ago, long_ago))
    projects.remove_stale()
    assert not old.exists()
    assert new.exists()


def test_a_folder_that_cannot_be_made_says_what_to_do(source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PYROBLUR_HOME", str(tmp_path / "file"))
    with pytest.raises(OutputError) as caught:
        _open(source)
    assert "PYROBLUR_HOME" in caught.value.hint


def test_a_source_that_is_gone_or_no_file_is_named(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"gone\.mp4"):
        SourceIdentity.of(tmp_path / "gone.mp4")
    with pytest.raises(UnreadableMediaError):
        SourceIdentity.of(tmp_path)


def test_noise_is_the_same_for_a_source_and_unknown_elsewhere(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    identity = SourceIdentity.of(source)
    here = noise_seed(identity)
    assert noise_seed(identity) == here
    key = folders().data / "covers.key"
    assert key.stat().st_size == 32
    if os.name == "posix":
        assert key.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("PYROBLUR_HOME", str(tmp_path / "another installation"))
    assert noise_seed(identity) != here
    source.write_bytes(b"another clip")
    assert noise_seed(SourceIdentity.of(source)) != here
