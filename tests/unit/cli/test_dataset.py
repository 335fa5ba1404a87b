"""`pyroblur dataset`: commands that make no sense are refused before anything is begun."""

import json
from collections.abc import Sequence

import pytest
from rows import box, make_dataset, row
from typer.testing import CliRunner, Result

from pyroblur_gui.cli.commands.dataset import dataset
from pyroblur_gui.cli.output import columns
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.thumbnails import Thumbnails, thumbnails_file


def _run(*arguments: str, **given: str) -> Result:
    return CliRunner().invoke(dataset, arguments, env={"COLUMNS": "200", "TERM": "dumb"}, **given)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("check", "../mine"), "name"),
        (("import", "x", "--name", "a/b"), "letters, digits"),
        (("import", "x"), "--name"),
        (("import", "--name", "a"), "PATH"),
        (("import", "x", "--name", "a", "--ratios", "70/20"), "--ratios"),
        (("import", "x", "--name", "a", "--ratios", "70/20/20"), "add up to 100"),
        (("import", "x", "--name", "a", "--map", "face"), "THEIRS=OURS"),
        (("import", "x", "--name", "a", "--max-samples", "-1"), "--max-samples"),
        (("split", "mine", "--seed", "x"), "--seed"),
        (("check", "mine", "--kind", "beauty"), "There are: "),
        (("export", "mine", "--format", "png", "-o", "out"), "--format"),
        (("fix", "mine", "clip_boxes", "box_outside", "--confidence", "2"), "--confidence"),
        (("download", "wider_face", "--name", "faces"), "--accept-licence"),
        (("download", "roboflow", "--name", "p", "--accept-licence", "--project", "no project"), "--project"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments: Sequence[str], word: str) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert word in " ".join(result.stderr.replace("│", " ").split())


def test_a_licence_is_shown_with_the_refusal() -> None:
    said = " ".join(_run("download", "roboflow", "--name", "plates").stderr.replace("│", " ").split())
    assert "CC BY 4.0" in said
    assert "https://" in said


def test_an_unknown_source_is_told_with_those_that_there_are() -> None:
    command = ("download", "imagenet", "--name", "x", "--accept-licence")
    said = _run(*command)
    assert (said.exit_code, said.stdout) == (1, "")
    assert "wider_face" in said.stderr
    line = json.loads(_run(*command, "--json").stdout)
    assert (line["type"], line["code"]) == ("failed", "source")


def test_removing_needs_a_yes_and_takes_the_thumbnails_along() -> None:
    with make_dataset("mine") as kept:
        kept.add([row(1, box())])
    Thumbnails("mine").close()
    assert _run("remove", "mine").exit_code == 2
    assert store.names() == ["mine"]
    result = _run("remove", "mine", "--yes")
    assert (result.exit_code, result.stdout) == (0, "mine is deleted.\n")
    assert store.names() == []
    assert not thumbnails_file("mine").exists()
    again = _run("remove", "mine", "--yes")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "no data set named mine" in again.stderr


def test_a_data_set_that_was_never_finished_can_be_removed() -> None:
    with store.Building("half") as building:
        (building.work / "part.zip").write_bytes(b"data")
    assert "half" in _run("list").stdout
    assert _run("remove", "half", "--yes").exit_code == 0
    assert store.unfinished() == []


def test_columns_are_as_wide_as_their_longest_text_and_hide_nothing() -> None:
    assert columns([("name", "n"), ("a\x1b[31mb", "1000")]) == ["name        n", "a\\x1b[31mb  1000"]
