"""Which files come of what was dropped, and where results go."""

from pathlib import Path

from pyroblur_gui.ui.tabs.blur.sources import Source, find_sources, is_result, plan_targets

PATTERN = "{stem}_blurred.{ext}"


def fill(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"12345")
    return [folder / name for name in names]


def test_files_and_folders_are_taken_once_and_results_of_earlier_runs_are_not(tmp_path: Path) -> None:
    fill(tmp_path, "a/one.jpg", "a/one_blurred.jpg", "a/one_blurred (2).jpg", "a/deep/two.MP4", "a/notes.txt", "b.png")
    found = find_sources([tmp_path / "a", tmp_path / "a" / "one.jpg", tmp_path / "b.png"], PATTERN)
    assert [source.path.name for source in found.sources] == ["one.jpg", "two.MP4", "b.png"]
    assert [source.place for source in found.sources] == [Path("a"), Path("a/deep"), Path()]
    assert {source.size_bytes for source in found.sources} == {5}
    assert len(found.results) == 2


def test_what_is_no_media_is_left_out_unless_it_was_chosen_by_itself(tmp_path: Path) -> None:
    (path,) = fill(tmp_path, "notes.txt")
    assert find_sources([path], PATTERN).left_out == (path,)
    assert [each.path for each in find_sources([path], PATTERN, take_any_file=True).sources] == [path]


def test_a_folder_without_media_is_named(tmp_path: Path) -> None:
    fill(tmp_path, "empty/notes.txt")
    assert find_sources([tmp_path / "empty"], PATTERN).empty == (tmp_path / "empty",)


def test_a_name_is_a_result_only_beside_its_source(tmp_path: Path) -> None:
    fill(tmp_path, "x.jpg", "x_blurred.jpg", "y_blurred.jpg", "hidden-x.png")
    assert is_result(tmp_path / "x_blurred.jpg", PATTERN)
    assert not is_result(tmp_path / "y_blurred.jpg", PATTERN)
    assert not is_result(tmp_path / "x.jpg", PATTERN)
    assert is_result(tmp_path / "hidden-x.png", "hidden-{stem}.{ext}")


def test_targets_never_meet_each_other_a_source_or_a_file_that_is_there(tmp_path: Path) -> None:
    paths = fill(tmp_path, "a/x.jpg", "b/x.jpg", "x_blurred.jpg", "c/X.jpg")
    sources = [Source(path) for path in paths if path.name.lower() == "x.jpg"]
    targets = plan_targets(sources, folder=tmp_path, pattern=PATTERN, taken=[], own={})
    assert [target.name for target in targets[:2]] == ["x_blurred (2).jpg", "x_blurred (3).jpg"]
    assert len({str(target).casefold() for target in targets}) == 3
    assert not any(target.exists() for target in targets)


def test_an_own_earlier_result_is_replaced_and_folders_are_mirrored(tmp_path: Path) -> None:
    source, earlier = fill(tmp_path, "x.jpg", "x_blurred.jpg")
    (target,) = plan_targets([Source(source)], folder=None, pattern=PATTERN, taken=[], own={source: earlier})
    assert target == earlier
    (target,) = plan_targets(
        [Source(source, place=Path("in/deep"))], folder=tmp_path / "out", pattern=PATTERN, taken=[], own={}
    )
    assert target == tmp_path / "out/in/deep/x_blurred.jpg"


def test_a_pattern_may_put_text_before_and_use_the_stem_again(tmp_path: Path) -> None:
    (target,) = plan_targets(
        [Source(tmp_path / "x.mov")], folder=None, pattern="safe {stem} ({stem}).{ext}", taken=[], own={}
    )
    assert target.name == "safe x (x).mov"


def test_a_long_name_keeps_its_ending_and_stays_a_name(tmp_path: Path) -> None:
    source = tmp_path / ("é" * 125 + ".jpg")
    (target,) = plan_targets([Source(source)], folder=None, pattern=PATTERN, taken=[], own={})
    assert target.name.endswith("_blurred.jpg")
    assert len(target.name.encode()) <= 255
