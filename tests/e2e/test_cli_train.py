"""The command line from a folder of labelled pictures to a picture covered by one's own model."""

from pathlib import Path

import pytest
from door import Door
from PIL import Image

SETTINGS = ("--set", "epochs=1", "--set", "imgsz=64", "--set", "batch=4", "--set", "save_period=-1")


@pytest.fixture
def labelled(pictures: dict[str, Path], tmp_path: Path) -> Path:
    """A YOLO folder: 20 crops of two real pictures with a box each."""
    folder = tmp_path / "labelled"
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True)
    for number in range(20):
        with Image.open(pictures["bus" if number % 2 else "zidane"]) as whole:
            whole.crop((17 * number, 100, 17 * number + 400, 500)).save(folder / "images" / f"{number:02d}.jpg")
        (folder / "labels" / f"{number:02d}.txt").write_text(f"{number % 2} 0.5 0.5 0.4 0.6\n")
    (folder / "data.yaml").write_text("train: images\nnames: [face, plate]\ndownload: touch /tmp/pwned\n")
    return folder


@pytest.mark.usefixtures("training_part")
def test_from_labelled_pictures_to_a_picture_covered_by_ones_own_model(
    labelled: Path, pictures: dict[str, Path], tmp_path: Path
) -> None:
    door = Door(tmp_path / "user")
    imported = door.run("dataset", "import", labelled, "--name", "street", "--json")
    assert imported.status == 0, imported.err
    assert imported.lines[-1]["boxes"] == {"face": 10, "license_plate": 10}

    arguments = ("--data", "street", "--recipe", "quick", "--from-scratch", "--device", "cpu", *SETTINGS)
    trained = door.run("train", *arguments, "--name", "Mine", "--json")
    assert trained.status == 0, trained.err
    assert not trained.strays
    assert not trained.litter
    end = trained.lines[-1]
    assert end["type"] == "finished"
    assert (end["run"], end["first_epoch"], end["last_epoch"], end["model"]) == ("Mine", 1, 1, "mine")
    assert Path(end["onnx"]).is_file()
    assert Path(end["run_dir"]).is_relative_to(door.home)
    metrics = [line for line in trained.lines if line["type"] == "metric"]
    assert {"mAP50-95", "val/box_loss", "batch/box_loss"} <= {line["name"] for line in metrics}

    target = tmp_path / "covered.jpg"
    covered = door.run("blur", pictures["bus"], "-o", target, "--model", "mine", "--verify", "off", "--json")
    assert covered.status == 0, covered.err
    assert target.is_file()

    again = door.run("train", "--resume", "last", "--json")
    assert again.status == 1
    assert again.lines[-1]["code"] == "run"
    assert "done all its epochs" in again.lines[-1]["message"]


def test_what_cannot_be_trained_is_refused_with_what_to_do(tmp_path: Path) -> None:
    door = Door(tmp_path / "user")
    for arguments, said in (
        (("--data", "street", "--from-scratch", "--json"), "There is no data set named street"),
        (("--resume", "last"), "There is no run yet"),
        (("--resume", "first"), "There is no run named first"),
        (("--data", "street", "--set", "imgsz=100"), "multiple of 32"),
        (("--data", "street", "--set", "nonsense=1"), "no hyperparameter named nonsense"),
        (("--data", "street", "--recipe", "soup"), "There is no recipe named soup"),
    ):
        answer = door.run("train", *arguments)
        assert answer.status == 1, arguments
        assert said in answer.out + answer.err, arguments
        assert "Traceback" not in answer.err
