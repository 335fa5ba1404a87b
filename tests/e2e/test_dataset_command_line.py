"""`pyroblur dataset` as it is typed: from a folder of pictures to a checked, mended, divided and exported data set."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from door import Answer, Door, Line, Snapshot
from PIL import Image
from server import serving
from small_sets import picture

COUNT = 24
SUMMARY = {"name", "path", "images", "boxes", "problems", "fingerprint"}
DATA_YAML = "train: images\nval: images\nnames: [plate, face]\ndownload: import os; os.mkdir('/tmp/never')\n"


@dataclass(frozen=True)
class Place:
    """folder: a YOLO data set of COUNT pictures, each with a plate and a face, for a command to import."""

    door: Door
    folder: Path
    out: Path

    def dataset(self, *arguments: str | Path) -> Answer:
        return self.door.run("dataset", *arguments, "--json")

    def done(self, *arguments: str | Path) -> Line:
        """The last line of a command that must succeed."""
        answer = self.dataset(*arguments)
        assert answer.status == 0, answer.out + answer.err
        assert answer.err == ""
        assert not answer.strays
        assert answer.lines[-1]["type"] == "finished"
        return answer.lines[-1]

    def refused(self, *arguments: str | Path) -> Line:
        """The last line of a command that must fail by itself, after a clear message."""
        answer = self.dataset(*arguments)
        assert answer.status == 1, answer.out + answer.err
        assert "Traceback" not in answer.err
        last = answer.lines[-1] if answer.lines else json.loads(answer.out)
        assert last["type"] == "failed"
        return last

    def misused(self, *arguments: str | Path) -> str:
        """What is said of a command that makes no sense."""
        answer = self.door.run("dataset", *arguments)
        assert answer.status == 2, answer.out + answer.err
        assert "Traceback" not in answer.err
        return " ".join(answer.err.replace("│", " ").split())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "plates of mine"
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    (folder / "data.yaml").write_text(DATA_YAML, encoding="utf-8")
    for number in range(COUNT):
        picture(number, (160, 120)).save(folder / "images" / f"{number:03}.jpg", quality=90)
        (folder / "labels" / f"{number:03}.txt").write_text(_label(number), encoding="utf-8")
    return Place(Door(tmp_path / "door"), folder, tmp_path / "out")


def _label(number: int) -> str:
    return f"0 0.5 0.5 0.25 0.125\n1 0.{1 + number % 8} 0.25 0.125 0.25\n"


def _spoil(folder: Path) -> None:
    """One of each: an unreadable picture, a copy, bad boxes, a line of text, a missing label file."""
    (folder / "images" / "000.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    picture(1, (160, 120)).save(folder / "images" / "copy.jpg", quality=60)
    shutil.copy(folder / "labels" / "001.txt", folder / "labels" / "copy.txt")
    labels = {"002": "0 0.95 0.5 0.25 0.125\n", "003": "0 0.5 0.5 0.01 0.125\n", "004": _label(4) + "plate here\n"}
    labels |= {"005": _label(5) + "7 0.5 0.5 0.1 0.1\n", "006": _label(6) * 2}
    for name, text in labels.items():
        (folder / "labels" / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "labels" / "007.txt").unlink()


def test_from_a_folder_to_a_mended_divided_and_exported_data_set_and_back(place: Place) -> None:
    _spoil(place.folder)
    before = Snapshot.of(place.folder)
    imported = place.dataset("import", place.folder, "--name", "mine", "--ratios", "50/25/25", "--seed", "3")
    assert imported.status == 0, imported.err
    end = imported.lines[-1]
    assert end.keys() >= SUMMARY
    assert {"started", "progress", "finished"} <= {line["type"] for line in imported.lines}
    assert any("download" in line["text"] for line in imported.lines if line["type"] == "log")
    assert Snapshot.of(place.folder) == before
    assert imported.litter == ()

    checked = place.done("check", "mine")
    expected = {"unreadable_image", "box_outside", "tiny_box", "doubled_box", "unreadable_label", "no_label_file"}
    assert checked["kinds"].keys() >= expected | {"class_out_of_range", "near_duplicate"}
    assert checked["problems"] == end["problems"] == sum(checked["kinds"].values()) == len(checked["found"])
    (outside,) = (each for each in checked["found"] if each["kind"] == "box_outside")
    assert (outside["picture"], outside["box"], outside["severity"]) == ("images/002.jpg", 0, "medium")
    assert (Path(checked["path"]) / outside["file"]).is_file()

    assert place.done("fix", "mine", "clip_boxes", "box_outside")["fixed"] == 1
    assert place.done("undo", "mine")["kinds"]["box_outside"] == 1
    assert "box_outside" not in place.done("undo", "mine", "--redo")["kinds"]
    for fix, kind in (("remove_pictures", "unreadable_image"), ("remove_duplicates", "near_duplicate")):
        mended = place.done("fix", "mine", fix, kind)
        assert kind not in mended["kinds"], kind
    assert mended["images"] == COUNT - 1

    divided = place.done("split", "mine", "--ratios", "60/20/20", "--seed", "5")
    counted = place.done("stats", "mine")
    assert {key: counted[key] for key in SUMMARY} == {key: divided[key] for key in SUMMARY}
    assert sum(split["images"] for split in counted["splits"].values()) == COUNT - 1
    assert counted["boxes"] == {
        name: sum(split["boxes"].get(name, 0) for split in counted["splits"].values()) for name in counted["boxes"]
    }

    exported = place.done("export", "mine", "--format", "coco", "-o", place.out)
    assert exported["images"] == COUNT - 1
    back = place.done("import", place.out, "--name", "back", "--keep-split")
    assert (back["images"], back["boxes"]) == (counted["images"], counted["boxes"])


@pytest.mark.parametrize("form", ["yolo", "voc"])
def test_what_is_exported_is_imported_again_as_it_was(place: Place, form: str) -> None:
    mine = place.done("import", place.folder, "--name", "mine")
    assert mine["boxes"] == {"face": COUNT, "license_plate": COUNT}
    place.done("export", "mine", "--format", form, "-o", place.out)
    back = place.done("import", place.out, "--name", "back")
    assert (back["images"], back["boxes"]) == (COUNT, mine["boxes"])


def test_wider_text_has_no_classes_so_it_is_one_file_a_class(place: Place) -> None:
    place.done("import", place.folder, "--name", "mine")
    place.done("export", "mine", "--format", "wider", "-o", place.out)
    files = sorted(path for path in place.out.rglob("*.txt"))
    assert any("face" in path.name for path in files)
    assert any("license_plate" in path.name for path in files)


def test_classes_are_mapped_and_left_out_and_only_so_many_taken(place: Place) -> None:
    mapped = place.done("import", place.folder, "--name", "mapped", "--map", "plate=sign", "--map", "face=")
    assert mapped["boxes"] == {"face": 0, "license_plate": 0, "sign": COUNT}
    few = place.done("import", place.folder, "--name", "few", "--max-samples", "10", "--seed", "2")
    same = place.done("import", place.folder, "--name", "same", "--max-samples", "10", "--seed", "2")
    assert few["images"] == 10
    assert few["fingerprint"] == same["fingerprint"]


def test_data_sets_are_joined_by_name_and_added_to(place: Place, tmp_path: Path) -> None:
    more = tmp_path / "more"
    (more / "images").mkdir(parents=True)
    picture(99, (160, 120)).save(more / "images" / "99.jpg")
    place.done("import", place.folder, "--name", "one", "--map", "plate=")
    place.done("import", more, "--name", "two")
    both = place.done("import", "one", "two", "--name", "both")
    assert (both["images"], both["boxes"]["face"]) == (COUNT + 1, COUNT)
    added = place.done("import", more, "--name", "one", "--add")
    assert added["images"] == COUNT + 1


def test_data_sets_are_listed_and_removed_with_all_that_is_theirs(place: Place) -> None:
    assert place.done("list") == {"type": "finished", "datasets": [], "unfinished": []}
    path = Path(place.done("import", place.folder, "--name", "mine")["path"])
    assert [each["name"] for each in place.done("list")["datasets"]] == ["mine"]
    assert "--yes" in place.misused("remove", "mine")
    assert path.is_dir()
    place.done("remove", "mine", "--yes")
    assert not path.exists()
    assert place.done("list")["datasets"] == []
    assert not [left for left in path.parent.iterdir() if not left.name.startswith(".lock")]


def test_sources_are_listed_with_what_must_be_known_before_a_download(place: Place) -> None:
    sources = {each["name"]: each for each in place.done("sources")["sources"]}
    assert {"wider_face", "roboflow", "open_images"} <= sources.keys()
    assert all(each["licence"] and each["licence_summary"] and each["classes"] for each in sources.values())
    assert "key" in sources["roboflow"]["needs"]


def test_people_are_shown_tables_and_sentences(place: Place) -> None:
    """Without --json, as in a pipe: no line is JSON, and what was found stands in columns."""
    _spoil(place.folder)
    place.done("import", place.folder, "--name", "mine")
    for arguments, words in (
        (("check", "mine"), ("unreadable_image", "high", "remove_pictures")),
        (("check", "mine", "--kind", "box_outside"), ("images/002.jpg: Box 1 (license_plate) reaches out",)),
        (("stats", "mine"), ("images", "train", "fingerprint")),
        (("list",), ("mine", "licence plates")),
        (("sources",), ("wider_face", "Licence:")),
        (("export", "mine", "-o", place.out), (f"done: {place.out}",)),
    ):
        answer = place.door.run("dataset", *arguments)
        assert answer.status == 0, answer.err
        assert not answer.lines
        for word in words:
            assert word in answer.out, arguments


@pytest.mark.parametrize(
    "arguments",
    [("check", "no such set"), ("split", "none"), ("suggest", "none"), ("export", "none", "-o", "out")],
)
def test_an_unknown_data_set_is_told_by_name(place: Place, arguments: Sequence[str]) -> None:
    failed = place.refused(*arguments)
    assert arguments[1] in failed["message"]
    assert failed["code"] == "dataset"
    assert failed["hint"]


def test_a_name_that_is_taken_is_refused_and_the_data_set_stays(place: Place) -> None:
    first = place.done("import", place.folder, "--name", "mine")
    failed = place.refused("import", place.folder, "--name", "mine")
    assert "mine" in failed["message"]
    assert place.done("stats", "mine")["fingerprint"] == first["fingerprint"]


def test_what_holds_no_picture_makes_no_data_set(place: Place, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("no picture", encoding="utf-8")
    for path in (empty, empty / "notes.txt", tmp_path / "gone"):
        failed = place.refused("import", path, "--name", "mine")
        assert failed["hint"], path
    assert place.done("list") == {"type": "finished", "datasets": [], "unfinished": []}


def test_a_fix_that_does_not_fit_is_told_with_those_that_do(place: Place) -> None:
    place.done("import", place.folder, "--name", "mine")
    assert "clip_boxes" in place.refused("fix", "mine", "remove_leaks", "box_outside")["hint"]


def test_a_source_that_needs_a_key_says_where_it_comes_from(place: Place) -> None:
    failed = place.refused("download", "roboflow", "--name", "plates", "--accept-licence")
    assert failed["code"] == "access"
    assert "ROBOFLOW_API_KEY" in failed["hint"]


@pytest.mark.skipif(os.name == "nt", reason="a terminal of Windows cannot be typed into")
def test_a_download_asks_the_server_only_after_the_licence_was_accepted(place: Place, tmp_path: Path) -> None:
    """On a terminal the licence is shown and asked for; a plain return means no."""
    with serving(authority=trustme.CA()) as server:
        environment = {**server.environment(tmp_path / "ca.pem"), "ROBOFLOW_API_KEY": "secret"}
        for reply in (b"\n", b"n\n"):
            status, said = _on_a_terminal(place.door, ["roboflow", "--name", "plates"], environment, reply)
            assert status == 1, said
            assert "CC BY 4.0" in said
            assert "Do you accept this licence?" in said
        assert server.requests == []
        status, said = _on_a_terminal(place.door, ["roboflow", "--name", "plates"], environment, b"y\n")
        assert status == 1, said
        assert server.requests != [], "it is asked now, and knows nothing"
        assert "secret" not in said
    assert place.done("list")["datasets"] == []


def _on_a_terminal(door: Door, arguments: list[str], environment: dict[str, str], reply: bytes) -> tuple[int, str]:
    """Exit status and all that was printed of `pyroblur dataset download ...` run on a terminal of its own."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pyroblur_gui", "dataset", "download", *arguments],
        cwd=door.current,
        env=door.environment() | environment | {"TERM": "dumb", "COLUMNS": "200"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, reply)
    said = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # its end of the terminal is closed
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    return process.wait(60), said.decode(errors="replace")


def test_ctrl_c_ends_an_import_and_the_same_command_goes_on(place: Place) -> None:
    for number in range(COUNT, 400):
        picture(number, (640, 480)).save(place.folder / "images" / f"{number:03}.jpg", quality=95)
    process = place.door.start("dataset", "import", place.folder, "--name", "mine", "--json")
    assert process.stdout is not None
    seen = b""
    while b'"stage": "read"' not in seen:
        line = process.stdout.readline()
        assert line, "the command ended before it could be stopped"
        seen += line
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=60)
    answer = place.door.answer(process.returncode, seen + rest, err)
    assert (answer.status, answer.lines[-1]["type"]) == (130, "cancelled")
    assert not answer.strays
    assert place.done("list") == {"type": "finished", "datasets": [], "unfinished": ["mine"]}
    stopped = place.done("import", place.folder, "--name", "mine")
    whole = place.done("import", place.folder, "--name", "whole")
    assert stopped["fingerprint"] == whole["fingerprint"]
    assert stopped["images"] == 400


def test_a_person_who_stops_an_import_is_told_how_it_goes_on(place: Place) -> None:
    process = place.door.start("dataset", "import", place.folder, "--name", "mine")
    assert process.stdout is not None
    assert b"started" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"cancelled" in err
    assert b"the same command goes on" in out
    assert b"Traceback" not in err


def test_a_teacher_fills_in_what_nobody_looked_for(place: Place, pictures: dict[str, Path], tmp_path: Path) -> None:
    people = tmp_path / "people"
    people.mkdir()
    for name, path in pictures.items():
        with Image.open(path) as photo:
            photo.save(people / f"{name}.jpg", quality=92)
    place.done("import", people, "--name", "people", "--labelled", "license_plate")
    suggested = place.done("suggest", "people", "--model", "fast")
    assert suggested["suggested"]["face"] > 0
    assert suggested["boxes"]["face"] == 0
    accepted = place.done("fix", "people", "accept_suggestions", "suggestions")
    assert accepted["boxes"]["face"] == suggested["suggested"]["face"]
    assert place.done("undo", "people")["boxes"]["face"] == 0
