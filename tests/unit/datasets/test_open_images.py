"""Open Images: tables that are read as they come, and no picture fetched that was not chosen."""

from pathlib import Path

import pytest
from labelled_files import Original, furthest
from published import (
    FACE_CODE,
    HEADER,
    PLATE_CODE,
    TABLES,
    box_row,
    number_of,
    publish_open_images,
    publish_tables,
    rows_of,
    take_away,
)
from server import Always, Cut, Reset, Server, Status, serving
from sourcing import Work, some_pictures, some_real_pictures, without

from pyroblur_gui.core.errors import DiskFullError, NetworkError, SourceError
from pyroblur_gui.datasets.choice import chosen
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.sources import open_images, open_images_tables
from pyroblur_gui.datasets.sources.open_images import FACTS, OpenImagesSource

FACE, PLATE = "Human face", "Vehicle registration plate"
HERE = (0.1, 0.2, 0.4, 0.6)


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
    """Three with a face, three with a plate, three with both."""
    made = some_pictures(tmp_path / "made", 9)
    return [*without(made[:3], "license_plate"), *without(made[3:6], "face"), *made[6:]]


def source(server: Server) -> OpenImagesSource:
    return OpenImagesSource(f"{server.address}{TABLES}", server.address)


def publish(server: Server, originals: list[Original]) -> dict[str, Original]:
    return publish_open_images(server, train=originals[::3], validation=originals[1::3], test=originals[2::3])


def theirs(original: Original) -> Original:
    names = {"face": FACE, "license_plate": PLATE}
    boxes = tuple((names[label], *edges) for label, *edges in original.boxes)
    return Original(original.path, original.width, original.height, boxes)


def fetched(server: Server) -> list[str]:
    return [request.path[1:] for request in server.requests if request.path.endswith(".jpg")]


def one(server: Server, *rows: str) -> None:
    """A table with these rows of the first picture, which is there."""
    publish_tables(server, train=rows)
    server.put(f"/train/{number_of(1)}.jpg", b"picture")


def test_pictures_come_with_their_boxes_and_what_was_looked_for(
    server: Server, work: Work, originals: list[Original]
) -> None:
    published = publish(server, originals)
    samples = work.gather(source(server))
    assert {sample.name for sample in samples} == set(published)
    for sample in samples:
        original = published[sample.name]
        assert sample.picture.read_bytes() == original.path.read_bytes()
        assert furthest(sample, theirs(original)) < 0.001
        assert sample.labels == {box[0] for box in theirs(original).boxes}  # of the other one, nothing is known
    assert [sample.split for sample in samples] == [Split.TEST] * 3 + [Split.TRAIN] * 3 + [Split.VAL] * 3


def test_real_pictures_come_with_their_faces_and_plates(
    server: Server, work: Work, request: pytest.FixtureRequest
) -> None:
    published = publish(server, some_real_pictures(request, 12))
    samples = work.gather(source(server))
    assert len(samples) == 12
    assert all(furthest(sample, theirs(published[sample.name])) < 0.01 for sample in samples)


@pytest.mark.parametrize("seed", [0, 7])
def test_only_the_chosen_pictures_are_fetched(server: Server, work: Work, originals: list[Original], seed: int) -> None:
    published = publish(server, originals)
    samples = work.gather(source(server), max_samples=2, seed=seed)
    listed = [(name, frozenset(box[0] for box in each.boxes)) for name, each in published.items()]
    wanted = chosen(listed, most=2, seed=seed)
    assert {sample.name for sample in samples} == wanted
    assert sorted(fetched(server)) == sorted(wanted)
    assert f"Open Images has 9 pictures with what is wanted; {len(wanted)} of them are chosen." in work.said


def test_a_class_that_is_left_out_is_neither_chosen_nor_labelled(
    server: Server, work: Work, originals: list[Original]
) -> None:
    published = publish(server, originals)
    samples = work.gather(source(server), classes={PLATE: ""})
    assert {sample.name for sample in samples} == {
        name for name, each in published.items() if any(box[0] == "face" for box in each.boxes)
    }
    assert all(sample.labels == {FACE} and {box.label for box in sample.boxes} == {FACE} for sample in samples)


def test_both_classes_left_out_is_an_error(server: Server, work: Work) -> None:
    with pytest.raises(SourceError, match="nothing to fetch"):
        work.gather(source(server), classes={PLATE: "", FACE: ""})


def test_a_painted_face_is_no_box(server: Server, work: Work) -> None:
    one(server, box_row(number_of(1), FACE_CODE, HERE, is_depiction=1), box_row(number_of(1), PLATE_CODE, HERE))
    (sample,) = work.gather(source(server))
    assert [box.label for box in sample.boxes] == [PLATE]
    assert sample.labels == {PLATE}


def test_a_crowd_is_no_box_and_its_class_counts_as_not_labelled(server: Server, work: Work) -> None:
    """There are faces in the crowd that have no box of their own: a training must not learn that they are none."""
    one(
        server,
        box_row(number_of(1), FACE_CODE, HERE),
        box_row(number_of(1), FACE_CODE, (0.5, 0.5, 1, 1), is_group=1),
        box_row(number_of(1), PLATE_CODE, HERE),
    )
    (sample,) = work.gather(source(server))
    assert sorted(box.label for box in sample.boxes) == [FACE, PLATE]
    assert sample.labels == {PLATE}


def test_a_picture_with_nothing_but_a_crowd_is_not_fetched(server: Server, work: Work) -> None:
    one(server, box_row(number_of(1), FACE_CODE, HERE, is_group=1))
    assert work.gather(source(server)) == []
    assert fetched(server) == []


def test_the_order_of_the_columns_is_taken_from_the_table(server: Server, work: Work) -> None:
    one(server)
    header = ",".join(reversed(HEADER.split(",")))
    row = ",".join(reversed(box_row(number_of(1), FACE_CODE, HERE).split(",")))
    server.put(f"{TABLES}/{open_images.TABLES['train']}", f"\ufeff{header}\r\n{row}\r\n".encode())
    (sample,) = work.gather(source(server))
    (box,) = sample.boxes
    assert (box.left, box.top, box.right, box.bottom) == HERE


@pytest.mark.parametrize(
    "row",
    [
        box_row("../../../etc/passwd", FACE_CODE, HERE),
        box_row("a/b", FACE_CODE, HERE),
        box_row("", FACE_CODE, HERE),
        box_row("x" * 65, FACE_CODE, HERE),
        box_row(number_of(2), FACE_CODE, (float("nan"), 0, 1, 1)),
        box_row(number_of(2), FACE_CODE, HERE).replace("0.100000", "left"),
        f"{number_of(2)},xclick,{FACE_CODE}",
        f"{FACE_CODE},,,,,,,,,,,,,,,,,,,,,,,",
    ],
)
def test_a_row_that_is_none_is_passed_over(server: Server, work: Work, row: str) -> None:
    one(server, row, box_row(number_of(1), PLATE_CODE, HERE))
    (sample,) = work.gather(source(server))
    assert sample.name == f"train/{number_of(1)}.jpg"
    assert fetched(server) == [sample.name]


def test_a_table_without_its_columns_is_said(server: Server, work: Work) -> None:
    publish_tables(server)
    server.put(f"{TABLES}/{open_images.TABLES['train']}", b"ImageID,LabelName\n1,2\n")
    with pytest.raises(SourceError, match="it has no column XMin") as failure:
        work.gather(source(server))
    assert failure.value.hint
    assert not any(name.endswith("-boxes.csv") for name in work.names)


def test_a_few_lost_pictures_are_left_out_with_a_warning(server: Server, work: Work, originals: list[Original]) -> None:
    names = list(publish(server, originals))
    take_away(server, f"/{names[0]}")
    take_away(server, f"/{names[4]}", 403)
    samples = work.gather(source(server))
    assert {sample.name for sample in samples} == set(names) - {names[0], names[4]}
    warnings = [event.text for event in work.context.of_type("log") if event.level == "warning"]
    assert warnings == ["2 of 9 pictures are no longer at Open Images and were left out."]


def test_when_most_pictures_are_lost_it_is_an_error(server: Server, work: Work, originals: list[Original]) -> None:
    names = list(publish(server, originals))
    for name in names[:6]:
        take_away(server, f"/{name}")
    with pytest.raises(SourceError, match="gave only 3 of 9 pictures"):
        work.gather(source(server))


def test_tables_and_pictures_are_not_fetched_twice(server: Server, work: Work, originals: list[Original]) -> None:
    publish(server, originals)
    first = work.gather(source(server))
    before = len(server.requests)
    assert work.gather(source(server)) == first
    assert len(work.gather(source(server), max_samples=1)) < len(first)
    assert len(server.requests) == before


def test_a_table_and_pictures_that_break_off_come_whole(server: Server, work: Work, originals: list[Original]) -> None:
    published = publish(server, originals)
    server.resources[f"{TABLES}/{open_images.TABLES['train']}"].faults = [Reset(200), Cut(300), Status(503)]
    for name in published:
        server.resources[f"/{name}"].faults = [Reset(100)]
    assert {sample.name for sample in work.gather(source(server))} == set(published)


def test_a_run_that_failed_goes_on_with_what_it_has(server: Server, work: Work, originals: list[Original]) -> None:
    published = publish(server, originals)
    broken = list(published)[5]
    server.resources[f"/{broken}"].faults = [Always(Status(500))]
    with pytest.raises(NetworkError):
        work.gather(source(server))
    server.resources[f"/{broken}"].faults = []
    there = {path.relative_to(work.folder).as_posix() for path in work.folder.rglob("*.jpg")}
    before = len(server.requests)
    assert {sample.name for sample in work.gather(source(server))} == set(published)
    asked = {request.path[1:] for request in server.requests[before:]}
    assert broken in asked
    assert asked <= set(published) - there


def test_room_for_the_pictures_is_checked_before_the_first_is_fetched(
    server: Server, work: Work, originals: list[Original], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(server, originals)
    monkeypatch.setattr(open_images, "PICTURE_BYTES", 10**15)
    with pytest.raises(DiskFullError):
        work.gather(source(server))
    assert fetched(server) == []


@pytest.mark.parametrize("has_changed", [False, True])
def test_a_table_that_was_half_read_is_gone_on_with_unless_it_changed(
    server: Server, work: Work, originals: list[Original], monkeypatch: pytest.MonkeyPatch, *, has_changed: bool
) -> None:
    monkeypatch.setattr(open_images_tables, "SAVE_EVERY_BYTES", 50_000)
    faces = [box_row(number_of(number), FACE_CODE, HERE) for number in range(1, 20_001)]
    path = f"{TABLES}/{open_images.TABLES['train']}"
    publish_tables(server, train=faces)
    whole = server.resources[path].data
    server.resources[path].faults = [Cut(700_000), *[Status(500)] * 9]
    with pytest.raises(NetworkError):
        work.gather(source(server), max_samples=1)
    assert "train-boxes.csv" not in work.names
    if has_changed:
        faces.insert(0, box_row(number_of(0), FACE_CODE, HERE))
    publish_tables(server, train=faces)
    for number in range(20_001):
        server.resources[f"/train/{number_of(number)}.jpg"] = server.put("/any.jpg", b"picture")
    before = len(server.requests)
    work.gather(source(server), max_samples=1)
    kept = (work.folder / "train-boxes.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in kept] == [row.split(",")[0] for row in faces]
    asked = server.requests[before].headers
    assert int(asked["Range"].removeprefix("bytes=").removesuffix("-")) > 600_000 < len(whole)
    assert work.names >= {"train-boxes.csv"}
    assert not any("part" in name for name in work.names)


def test_rows_of_other_classes_take_no_room(server: Server, work: Work, originals: list[Original]) -> None:
    others = [box_row(number_of(100), "/m/01g317", HERE)] * 5000
    publish_tables(server, train=[*others, *rows_of(originals[0], number_of(1)), *others])
    server.put(f"/train/{number_of(1)}.jpg", originals[0].path.read_bytes())
    assert len(work.gather(source(server))) == 1
    assert (work.folder / "train-boxes.csv").stat().st_size < 200


def test_what_is_declared_is_complete() -> None:
    assert FACTS.classes == ("face", "license_plate")
    assert FACTS.licence.name == "CC BY 4.0 (boxes), CC BY 2.0 (pictures)"
    assert FACTS.citation.startswith("@")
    assert OpenImagesSource().tables_address.startswith("https://")
