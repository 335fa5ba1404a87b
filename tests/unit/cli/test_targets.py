"""Which files are worked on, and where results go."""

import os
from pathlib import Path

import pytest

from pyroblur_gui.cli.targets import find_sources, names_one_file, targets_of


@pytest.fixture
def folder(tmp_path):
    """photos/{a.jpg, trip/{a.jpg, b.mp4}, notes.txt}"""
    root = tmp_path / "photos"
    for name in ("a.jpg", "trip/a.jpg", "trip/b.mp4", "notes.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def plan(*inputs, output=None):
    """{source: target} of the inputs."""
    found = find_sources(inputs, output=output)
    return dict(zip((s.path for s in found.sources), targets_of(found.sources, output=output), strict=True))


def test_without_output_results_lie_beside_their_sources(folder):
    assert plan(folder) == {
        folder / "a.jpg": folder / "a_blurred.jpg",
        folder / "trip/a.jpg": folder / "trip/a_blurred.jpg",
        folder / "trip/b.mp4": folder / "trip/b_blurred.mp4",
    }


def test_output_folder_mirrors_the_one_folder_given(folder, tmp_path):
    out = tmp_path / "out"
    assert sorted(plan(folder, output=out).values()) == [
        out / "a_blurred.jpg",
        out / "trip/a_blurred.jpg",
        out / "trip/b_blurred.mp4",
    ]


def test_several_folders_keep_their_names(folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"x")
    single = tmp_path / "single.png"
    out = tmp_path / "out"
    assert plan(folder, other, single, output=out) == {
        folder / "a.jpg": out / "photos/a_blurred.jpg",
        folder / "trip/a.jpg": out / "photos/trip/a_blurred.jpg",
        folder / "trip/b.mp4": out / "photos/trip/b_blurred.mp4",
        other / "a.jpg": out / "other/a_blurred.jpg",
        single: out / "single_blurred.png",
    }


def test_equal_names_get_numbers(folder, tmp_path):
    targets = plan(folder / "a.jpg", folder / "trip/a.jpg", tmp_path / "A.JPG", output=tmp_path / "out").values()
    assert [target.name for target in targets] == ["a_blurred.jpg", "a_blurred (2).jpg", "A_blurred (3).JPG"]


def test_no_result_takes_the_name_of_a_source(folder):
    (folder / "a_blurred.jpg").write_bytes(b"x")
    planned = plan(folder / "a.jpg", folder / "a_blurred.jpg")
    assert planned == {
        folder / "a.jpg": folder / "a_blurred (2).jpg",
        folder / "a_blurred.jpg": folder / "a_blurred_blurred.jpg",
    }


def test_a_file_named_twice_is_done_once(folder):
    assert len(plan(folder / "a.jpg", folder / "trip" / ".." / "a.jpg", folder)) == 3


def test_results_of_an_earlier_run_are_passed_over(folder):
    for name in ("a_blurred.jpg", "a_blurred (2).jpg", "trip/b_blurred.mp4", "lonely_blurred.jpg"):
        (folder / name).write_bytes(b"x")
    found = find_sources([folder])
    assert {path.name for path in found.passed_over} == {"a_blurred.jpg", "a_blurred (2).jpg", "b_blurred.mp4"}
    assert folder / "lonely_blurred.jpg" in {source.path for source in found.sources}
    assert len(find_sources([folder], skip_results=False).sources) == 7


def test_an_output_folder_inside_the_input_is_not_searched(folder):
    out = folder / "covered"
    (out / "trip").mkdir(parents=True)
    (out / "trip" / "b_blurred.mp4").write_bytes(b"x")
    found = find_sources([folder], output=out)
    assert found.passed_over == (out / "trip" / "b_blurred.mp4",)
    assert len(found.sources) == 3


def test_a_folder_without_media_fails_by_name(tmp_path):
    (tmp_path / "empty").mkdir()
    found = find_sources([tmp_path / "empty"])
    assert found.sources == ()
    (failure,) = found.failures
    assert failure.code == "missing_file"
    assert failure.path == tmp_path / "empty"
    assert ".heic" in failure.hint


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root and Windows read every folder")
def test_an_unreadable_subfolder_fails_and_the_rest_goes_on(folder):
    (folder / "trip").chmod(0)
    try:
        found = find_sources([folder])
    finally:
        (folder / "trip").chmod(0o755)
    assert [source.path.name for source in found.sources] == ["a.jpg"]
    assert [failure.path for failure in found.failures] == [folder / "trip"]


def test_output_is_a_file_only_for_one_file_and_with_a_suffix(folder, tmp_path):
    one = folder / "a.jpg"
    assert names_one_file([one], tmp_path / "out.png")
    assert not names_one_file([one], tmp_path / "out")
    assert not names_one_file([one], None)
    assert not names_one_file([folder], tmp_path / "out.d")
    assert not names_one_file([one, one], tmp_path / "out.png")
    (tmp_path / "out.d").mkdir()
    assert not names_one_file([one], tmp_path / "out.d")


@pytest.mark.parametrize("name", ["line\nend.jpg", "🎥.mp4", "x" * 246 + ".jpg", "é" * 123 + ".jpg", "no suffix"])
def test_strange_names_get_results_that_can_exist(tmp_path, name):
    (target,) = targets_of(find_sources([tmp_path / name]).sources, output=None)
    assert len(os.fsencode(target.name)) <= 255
    assert target.suffix == Path(name).suffix
    target.write_bytes(b"x")


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_name_that_is_no_text_is_found(tmp_path):
    source = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    source.write_bytes(b"x")
    assert plan(tmp_path) == {source: tmp_path / os.fsdecode(b"caf\xe9_blurred.jpg")}
