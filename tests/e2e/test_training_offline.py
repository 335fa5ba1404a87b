"""From pictures to a covered picture without a single attempt to reach the network, and nothing written elsewhere."""

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import no_network
import pytest
from door import Answer, Door
from PIL import Image

pytestmark = pytest.mark.timeout(900)
WATCHED = ("ultralytics", "torch", "torchvision", "onnx", "onnxslim", "onnxruntime", "openvino")
SETTINGS = ("--set", "epochs=1", "--set", "imgsz=64", "--set", "batch=4", "--set", "save_period=-1")


@pytest.fixture
def labelled(pictures: dict[str, Path], tmp_path: Path) -> Path:
    """A YOLO folder: 12 crops of two real pictures with a box each, and a data.yaml that would run a command."""
    folder = tmp_path / "labelled"
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True)
    for number in range(12):
        with Image.open(pictures["bus" if number % 2 else "zidane"]) as whole:
            whole.crop((17 * number, 100, 17 * number + 400, 500)).save(folder / "images" / f"{number:02d}.jpg")
        (folder / "labels" / f"{number:02d}.txt").write_text(f"{number % 2} 0.5 0.5 0.4 0.6\n")
    (folder / "data.yaml").write_text(f"train: images\nnames: [face, plate]\ndownload: touch {tmp_path}/run\n")
    return folder


def test_the_filter_ends_whoever_asks_for_a_socket(tmp_path: Path) -> None:
    for family, status in (("AF_UNIX", 0), ("AF_INET", -31), ("AF_INET6", -31)):
        ask = f"import socket; socket.socket(socket.{family})"
        done = subprocess.run([*no_network.wrapper(), sys.executable, "-c", ask], capture_output=True, check=False)
        assert done.returncode == status, family


@pytest.mark.usefixtures("training_part")
def test_nothing_of_a_training_reaches_for_the_network_or_writes_elsewhere(
    labelled: Path, pictures: dict[str, Path], tmp_path: Path
) -> None:
    """Import, training with its validation, export to ONNX, and prediction, each ended by the kernel if it tried."""
    door, began = Door(tmp_path / "user"), time.time()

    def run(*arguments: str | Path) -> Answer:
        answer = door.run(*arguments, wrapper=no_network.wrapper(), limit_s=600)
        assert answer.status == 0, answer.out[-2000:] + answer.err
        assert not answer.strays
        assert not answer.litter
        return answer

    run("dataset", "import", labelled, "--name", "street", "--json")
    start = ("train", "--data", "street", "--recipe", "quick", "--from-scratch", "--device", "cpu", *SETTINGS)
    end = run(*start, "--name", "Mine", "--json").lines[-1]
    assert (end["type"], end["last_epoch"]) == ("finished", 1)
    assert Path(end["onnx"]).is_file()
    covered = tmp_path / "covered.jpg"
    run("blur", pictures["bus"], "-o", covered, "--model", "mine", "--verify", "off", "--json")
    assert covered.is_file()
    assert not (tmp_path / "run").exists(), "a data.yaml runs nothing"
    assert not _changed(began), "no package was changed"


def _changed(since: float) -> list[Path]:
    """Files of the libraries that are newer than that, without what Python keeps of its own."""
    folders = [Path(place) for name in WATCHED if (place := _place(name))]
    files = (path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return [path for path in files if path.is_file() and path.stat().st_mtime > since]


def _place(package: str) -> str | None:
    found = importlib.util.find_spec(package)
    return next(iter(found.submodule_search_locations), None) if found and found.submodule_search_locations else None
