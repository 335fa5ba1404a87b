"""The fingerprint changes with what a data set teaches, and with nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rows import box, make_dataset, row

from pyroblur_gui.datasets.dataset import Dataset, Picture
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.sample import Origin, Split

PICTURES = [row(1, box(0), box(1)), row(2, split=Split.VAL), row(3, box(1), split=Split.TEST)]


def _of(
    folder: Path, pictures: list[Picture], *, name: str = "one", classes: tuple[str, ...] = ("face", "plate")
) -> str:
    with make_dataset(name, classes, folder) as dataset:
        dataset.add(pictures)
        return fingerprint(dataset)


@pytest.fixture
def usual(tmp_path: Path) -> str:
    return _of(tmp_path / "usual", PICTURES)


def test_it_is_a_sha256(usual: str) -> None:
    assert len(usual) == 64
    assert int(usual, 16) >= 0


def test_place_name_order_and_files_do_not_matter(usual: str, tmp_path: Path) -> None:
    others = [replace(each, file=f"images/xx/{each.id}.png", name=f"other {each.id}") for each in reversed(PICTURES)]
    assert _of(tmp_path / "deep" / "other", others, name="two") == usual


def test_the_order_of_boxes_and_noise_in_their_numbers_do_not_matter(usual: str, tmp_path: Path) -> None:
    turned = replace(PICTURES[0], boxes=(box(1, 0.25, 0.25, 0.75, 0.75 + 1e-9), box(0)))
    assert _of(tmp_path / "set", [turned, *PICTURES[1:]]) == usual


def test_removed_unreadable_and_suggested_do_not_matter(usual: str, tmp_path: Path) -> None:
    hinted = replace(PICTURES[1], boxes=(box(0, origin=Origin.SUGGESTED, score=0.5),))
    more = [row(4, box(0), is_removed=True), row(5, error="It is empty.")]
    assert _of(tmp_path / "set", [PICTURES[0], hinted, PICTURES[2], *more]) == usual


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: replace(picture, split=Split.VAL),
        lambda picture: replace(picture, sha256="0" * 64),
        lambda picture: replace(picture, labelled=frozenset({0})),
        lambda picture: replace(picture, boxes=picture.boxes[:1]),
        lambda picture: replace(picture, boxes=(*picture.boxes, box(0, origin=Origin.ACCEPTED))),
        lambda picture: replace(picture, boxes=(box(0, 0.25, 0.25, 0.75, 0.75001), picture.boxes[1])),
        lambda picture: replace(picture, is_removed=True),
    ],
)
def test_what_is_taught_matters(change: Callable[[Picture], Picture], usual: str, tmp_path: Path) -> None:
    assert _of(tmp_path / "set", [change(PICTURES[0]), *PICTURES[1:]]) != usual


def test_names_of_classes_matter(usual: str, tmp_path: Path) -> None:
    assert _of(tmp_path / "set", PICTURES, classes=("face", "number")) != usual


def test_it_is_the_same_after_opening_again(tmp_path: Path, usual: str) -> None:
    with Dataset.open(tmp_path / "usual") as dataset:
        assert fingerprint(dataset) == usual
