"""Each public source through the real command line, by its real addresses: a proxy of the tests answers for them."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import trustme
from door import Answer, Door
from labelled_files import Original, made_ones, real_ones
from published import export_of, publish_open_images, publish_roboflow, publish_wider
from server import Always, Server, Status, serving

from pyroblur_gui.datasets.dataset import Dataset, Picture

KEY = "rf-this-is-the-key"
COUNT = 9


@pytest.fixture(params=["made", "real"])
def originals(request: pytest.FixtureRequest, tmp_path: Path) -> list[Original]:
    """Pictures with faces and plates; real ones where they are."""
    if request.param == "real":
        return real_ones(request.getfixturevalue("lab"), COUNT)
    return made_ones(tmp_path / "made", [(96 + 2 * number, 64) for number in range(COUNT)])


@pytest.fixture
def internet() -> Iterator[Server]:
    with serving(authority=trustme.CA()) as server:
        yield server


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "door")


def download(door: Door, internet: Server, source: str, *more: str, **environment: str) -> Answer:
    environment |= internet.environment(door.root / "ca.pem")
    command = ("dataset", "download", source, "--name", "set", "--accept-licence", *more, "--json")
    return door.run(*command, environment=environment)


def made_set(door: Door, answer: Answer) -> Mapping[str, Picture]:
    """The pictures of the data set by the names that the source gave them."""
    assert answer.status == 0, answer.out + answer.err
    assert answer.err == ""
    assert not answer.strays
    last = answer.lines[-1]
    assert last["type"] == "finished"
    with Dataset.open(Path(last["path"])) as dataset:
        pictures = {picture.name: picture for picture in dataset.every_picture()}
        assert all(dataset.path(picture).is_file() for picture in pictures.values())
    assert last["images"] == len(pictures)
    stages = [line["stage"] for line in answer.lines if line["type"] == "progress"]
    assert list(dict.fromkeys(stages))[:1] == ["download"]
    left = [path for path in (door.home / "data" / "datasets").iterdir() if path.is_dir() and path.name != "set"]
    assert left == [], "nothing is kept of what was fetched"
    return pictures


def boxes_of(originals: list[Original], label: str) -> int:
    return sum(1 for each in originals for box in each.boxes if box[0] == label)


def test_open_images(door: Door, internet: Server, originals: list[Original]) -> None:
    published = publish_open_images(internet, train=originals[:5], validation=originals[5:7], test=originals[7:])
    answer = download(door, internet, "open_images")
    pictures = made_set(door, answer)
    assert set(pictures) == set(published)
    assert answer.lines[-1]["boxes"] == {label: boxes_of(originals, label) for label in ("face", "license_plate")}
    for name, original in published.items():
        shown = {("face", "license_plate").index(box[0]) for box in original.boxes}
        assert pictures[name].labelled == shown, "of what has no box, nobody said that it is not there"
    assert {request.host for request in internet.requests} == {
        "storage.googleapis.com",
        "open-images-dataset.s3.amazonaws.com",
    }


def test_open_images_fetches_no_more_pictures_than_wanted(door: Door, internet: Server, tmp_path: Path) -> None:
    originals = made_ones(tmp_path / "made", [(96 + 2 * number, 64) for number in range(20)])
    publish_open_images(internet, train=originals)
    pictures = made_set(door, download(door, internet, "open_images", "--max-samples", "4"))
    assert len(pictures) == 4
    assert sum(request.path.endswith(".jpg") for request in internet.requests) == 4


def test_roboflow(door: Door, internet: Server, originals: list[Original]) -> None:
    publish_roboflow(internet, export_of(originals), base="https://storage.example.com", waits=1)
    answer = download(door, internet, "roboflow", ROBOFLOW_API_KEY=KEY)
    pictures = made_set(door, answer)
    assert len(pictures) == COUNT
    assert answer.lines[-1]["boxes"] == {"face": 0, "license_plate": boxes_of(originals, "license_plate")}
    assert {frozenset(picture.labelled) for picture in pictures.values()} == {frozenset({1})}
    assert KEY not in answer.out + answer.err
    assert not [path for path in door.root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_wider_face(door: Door, internet: Server, originals: list[Original], tmp_path: Path) -> None:
    """Its archives are known by their checksums; those of the small ones take their place, by Python's own hook."""
    faceless = Original(originals[0].path, originals[0].width, originals[0].height, ())
    md5 = publish_wider(internet, [faceless, *originals[1:6]], originals[6:])
    hook = tmp_path / "hook" / "sitecustomize.py"
    hook.parent.mkdir()
    hook.write_text(f"import pyroblur_gui.datasets.sources.wider_face as wider\nwider.MD5 = {json.dumps(md5)}\n")
    path = os.pathsep.join([str(hook.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    answer = download(door, internet, "wider_face", PYTHONPATH=path)
    pictures = made_set(door, answer)
    assert len(pictures) == COUNT
    assert answer.lines[-1]["boxes"] == {"face": boxes_of(originals[1:], "face"), "license_plate": 0}
    assert pictures[f"WIDER_train/images/0--Parade/{faceless.path.name}"].boxes == ()
    assert {frozenset(picture.labelled) for picture in pictures.values()} == {frozenset({0})}
    assert {request.host for request in internet.requests} == {"huggingface.co"}


def test_wider_face_refuses_archives_that_are_not_the_published_ones(
    door: Door, internet: Server, tmp_path: Path
) -> None:
    originals = made_ones(tmp_path / "made")
    publish_wider(internet, originals, originals)
    answer = download(door, internet, "wider_face")
    assert answer.status == 1
    last = answer.lines[-1]
    assert (last["type"], last["code"]) == ("failed", "source")
    assert "checksum is not the published one" in last["message"]
    assert not (door.home / "data" / "datasets" / "set").exists()


def test_a_refused_key_is_said_and_shown_nowhere(door: Door, internet: Server) -> None:
    path = "/roboflow-universe-projects/license-plate-recognition-rxg4e/11/yolov11"
    internet.put(path, b"", Always(Status(401)))
    answer = download(door, internet, "roboflow", ROBOFLOW_API_KEY=KEY)
    assert answer.status == 1
    assert answer.lines[-1]["code"] == "access"
    assert "did not accept the access key" in answer.lines[-1]["message"]
    assert KEY not in answer.out + answer.err
    logs = [file for file in door.root.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()]
    assert logs == []
