"""WIDER FACE from its own archives on a local server: which samples come, what is fetched and extracted for them."""

import hashlib
from pathlib import Path

import pytest
from labelled_files import Original, furthest
from published import WIDER, publish_wider, zipped
from server import Always, Reset, Server, Status, WrongBytes, serving
from sourcing import Work, some_pictures, some_real_pictures, without

from pyroblur_gui.core.errors import ArchiveError, NetworkError, SourceError
from pyroblur_gui.datasets.choice import chosen
from pyroblur_gui.datasets.sample import Scale, Split
from pyroblur_gui.datasets.sources.wider_face import FACTS, WiderFaceSource


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "work")


@pytest.fixture
def originals(tmp_path: Path) -> list[Original]:
    """Eight pictures with a face and two without."""
    made = some_pictures(tmp_path / "made", 10)
    return [*without(made[:8], "license_plate"), *without(made[8:], "license_plate", "face")]


def source(server: Server, md5: dict[str, str]) -> WiderFaceSource:
    return WiderFaceSource(f"{server.address}{WIDER}", md5)


def publish(server: Server, originals: list[Original]) -> WiderFaceSource:
    """The first four and the last one are val."""
    return source(server, publish_wider(server, originals[4:-1], [*originals[:4], originals[-1]]))


def test_every_picture_is_a_sample_with_its_boxes_in_pixels(
    server: Server, work: Work, originals: list[Original]
) -> None:
    samples = work.gather(publish(server, originals))
    by_name = {each.path.name: each for each in originals}
    assert len(samples) == 10
    for sample in samples:
        original = by_name[sample.picture.name]
        assert sample.picture.read_bytes() == original.path.read_bytes()
        assert sample.scale is Scale.PIXELS
        assert furthest(sample, original) <= 0.5  # the format has whole pixels
        assert sample.labels == {"face"}
    assert [sample.split for sample in samples] == [Split.TRAIN] * 5 + [Split.VAL] * 5
    assert samples[0].name == f"WIDER_train/images/0--Parade/{originals[4].path.name}"
    assert [len(sample.boxes) for sample in samples] == [1, 1, 1, 1, 0, 1, 1, 1, 1, 0]


def test_invalid_and_empty_boxes_are_dropped_and_the_line_after_a_zero_is_none(
    server: Server, work: Work, originals: list[Original]
) -> None:
    md5 = publish_wider(server, originals[:2], originals[2:3])
    text = (
        f"0--Parade/{originals[0].path.name}\n3\n10 10 20 20 0 0 0 0 0 0 \n1 1 9 9 0 0 0 1 0 0 \n5 5 0 9 0 0 0 0 0 0 \n"
        f"0--Parade/{originals[1].path.name}\n0\n0 0 0 0 0 0 0 0 0 0 \n"
    )
    texts = {
        "wider_face_split/wider_face_train_bbx_gt.txt": text.encode(),
        "wider_face_split/wider_face_val_bbx_gt.txt": b"",
    }
    resource = server.put(f"{WIDER}/wider_face_split.zip", zipped(texts))
    md5["wider_face_split.zip"] = hashlib.md5(resource.data, usedforsecurity=False).hexdigest()
    first, second = work.gather(source(server, md5))
    assert [(box.left, box.top, box.right, box.bottom) for box in first.boxes] == [(10, 10, 30, 30)]
    assert second.boxes == ()


def test_real_pictures_come_with_their_faces(server: Server, work: Work, request: pytest.FixtureRequest) -> None:
    originals = without(some_real_pictures(request, 12), "license_plate")
    samples = work.gather(publish(server, originals))
    by_name = {each.path.name: each for each in originals}
    assert {sample.picture.name for sample in samples} == set(by_name)
    assert max(furthest(sample, by_name[sample.picture.name]) for sample in samples) <= 0.75


@pytest.mark.parametrize("seed", [0, 1])
def test_only_the_chosen_pictures_are_extracted(
    server: Server, work: Work, originals: list[Original], seed: int
) -> None:
    published = publish(server, originals)
    every = work.gather(published)
    few = work.gather(published, max_samples=3, seed=seed)
    listed = [(sample.name, frozenset({"face"} if sample.boxes else ())) for sample in every]
    assert {sample.name for sample in few} == chosen(listed, most=3, seed=seed)
    assert {path.name for path in work.folder.rglob("*.jpg")} == {sample.picture.name for sample in few}
    assert all(sample.picture.is_file() for sample in few)


def test_nothing_is_fetched_twice(server: Server, work: Work, originals: list[Original]) -> None:
    published = publish(server, originals)
    first = work.gather(published)
    assert work.gather(published) == first
    assert work.gather(published, max_samples=1)
    assert sorted(request.path.rpartition("/")[2] for request in server.requests) == [
        "WIDER_train.zip",
        "WIDER_val.zip",
        "wider_face_split.zip",
    ]


def test_a_download_that_broke_off_goes_on_in_the_next_run(
    server: Server, work: Work, originals: list[Original]
) -> None:
    published = publish(server, originals)
    server.resources[f"{WIDER}/WIDER_train.zip"].faults = [Reset(2000), *[Status(503)] * 5]
    with pytest.raises(NetworkError):
        work.gather(published)
    assert "WIDER_train.zip" not in work.names
    server.resources[f"{WIDER}/WIDER_train.zip"].faults = []
    assert len(work.gather(published)) == 10
    assert "Range" in server.asked(f"{WIDER}/WIDER_train.zip")[-1].headers


def test_other_bytes_than_the_published_ones_are_not_used(
    server: Server, work: Work, originals: list[Original]
) -> None:
    published = publish(server, originals)
    server.resources[f"{WIDER}/WIDER_val.zip"].faults = [Always(WrongBytes())]
    with pytest.raises(SourceError) as failure:
        work.gather(published)
    assert failure.value.message.startswith("WIDER_val.zip is damaged or was changed")
    assert not any(name.startswith("WIDER_val") for name in work.names)


def test_a_truncated_archive_is_said_by_name(server: Server, work: Work, originals: list[Original]) -> None:
    md5 = publish_wider(server, originals[:5], originals[5:])
    resource = server.resources[f"{WIDER}/WIDER_val.zip"]
    resource.data = resource.data[:-100]
    md5["WIDER_val.zip"] = hashlib.md5(resource.data, usedforsecurity=False).hexdigest()
    with pytest.raises(ArchiveError, match=r"WIDER_val\.zip is damaged or incomplete"):
        work.gather(source(server, md5))


def test_an_archive_without_its_pictures_or_texts_is_said(
    server: Server, work: Work, originals: list[Original]
) -> None:
    md5 = publish_wider(server, originals[:5], originals[5:])
    data = zipped({"wider_face_split/wider_face_train_bbx_gt.txt": b""})
    server.put(f"{WIDER}/wider_face_split.zip", data)
    changed = md5 | {"wider_face_split.zip": hashlib.md5(data, usedforsecurity=False).hexdigest()}
    with pytest.raises(SourceError, match=r"wider_face_val_bbx_gt\.txt is not among them"):
        work.gather(source(server, changed))


def test_a_page_instead_of_an_archive_is_said(server: Server, work: Work, originals: list[Original]) -> None:
    published = publish(server, originals)
    server.put(f"{WIDER}/wider_face_split.zip", b"<html>Sign in", kind="text/html")
    with pytest.raises(SourceError, match=r"sent a web page instead of wider_face_split\.zip"):
        work.gather(published)


def test_what_is_declared_is_complete() -> None:
    assert FACTS.classes == ("face",)
    assert "research" in FACTS.licence.name
    assert FACTS.citation.startswith("@")
    assert FACTS.size_bytes
    assert WiderFaceSource().address.startswith("https://")
