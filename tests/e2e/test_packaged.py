"""The packaged program, built here without PyTorch and run as on a machine without Python.

The build takes minutes, so one module does all with it, and it is removed afterwards. With PYROBLUR_PACKAGED=0 it is
left out.
"""

import importlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from packed import base_python, make_wheels
from PIL import Image, ImageChops
from run_folders import make_run
from small_sets import yolo_folder

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGING = REPOSITORY / "packaging"
WAIT_S = 60.0
OF_QT = "This plugin does not support propagateSizeHints()\n"  # of its offscreen plugin, when a dialog is shown
TINY = ("--set", "epochs=1", "--set", "imgsz=64", "--set", "batch=4", "--set", "save_period=-1")

pytestmark = [
    pytest.mark.skipif(os.environ.get("PYROBLUR_PACKAGED") == "0", reason="PYROBLUR_PACKAGED=0"),
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform != "linux", reason="built by the release workflow on other systems"),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder with both programs in it."""
    if importlib.util.find_spec("PyInstaller") is None:
        pytest.skip("PyInstaller is not installed (pip install 'pyroblur[dev]')")
    output = tmp_path_factory.mktemp("package")
    command = [sys.executable, PACKAGING / "build.py", "--no-check", "--quick", "--output", output]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    yield output / "pyroblur"
    shutil.rmtree(output)


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment in which no Python is found and nothing is set up."""
    home = tmp_path / "home"
    home.mkdir()
    return {"PATH": "/nowhere", "HOME": str(home), "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}


def test_it_passes_its_own_test_and_says_nothing_else(program: Path):
    environment = os.environ | {"SELF_TEST_LIMIT_S": "200"}  # this machine does other things, too
    command = [sys.executable, PACKAGING / "check.py", program / "pyroblur"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_covers_a_photograph(program: Path, bare: dict[str, str], tmp_path: Path):
    photograph = shutil.copy(PACKAGING / "demo" / "bus.jpg", tmp_path / "street.jpg")
    command = [program / "pyroblur", "blur", photograph]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Image.open(photograph) as before, Image.open(tmp_path / "street_blurred.jpg") as after:
        assert before.size == after.size
        changed = ImageChops.difference(before.convert("L"), after.convert("L")).point(lambda value: 255 * (value > 40))
        assert changed.getbbox() is not None


def test_its_second_engine_is_unpacked_into_the_cache_and_covers(program: Path, bare: dict[str, str], tmp_path: Path):
    photograph = PACKAGING / "demo" / "bus.jpg"
    command = [program / "pyroblur", "blur", photograph, "-o", tmp_path / "covered.png", "--engine", "onnxruntime"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Image.open(photograph) as before, Image.open(tmp_path / "covered.png") as after:
        changed = ImageChops.difference(before.convert("L"), after.convert("L")).point(lambda value: 255 * (value > 40))
        assert changed.getbbox() is not None
    cache = Path(bare["HOME"]) / ".cache" / "PyroBlur" / "libraries"
    (library,) = (path for path in cache.rglob("*") if path.is_file())
    assert library.name.startswith("onnxruntime_pybind11_state")
    assert not list((program / "_internal" / "onnxruntime").rglob("onnxruntime_pybind11_state*.so"))


def test_its_window_starts_its_own_worker_and_ends_with_it(program: Path, bare: dict[str, str]):
    with subprocess.Popen(
        [program / "pyroblur-gui"], env=bare, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as window:
        process = psutil.Process(window.pid)
        limit = time.monotonic() + WAIT_S
        while not process.children() and time.monotonic() < limit:
            time.sleep(0.05)
        workers = process.children(recursive=True)
        commands = [worker.cmdline()[:2] for worker in workers]
        window.send_signal(signal.SIGTERM)
        said = window.communicate(timeout=WAIT_S)[0].decode()
    assert commands
    assert all(command == [str(program / "pyroblur-gui"), "worker"] for command in commands)
    assert (window.returncode, said.replace(OF_QT, "")) == (0, "")
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


def test_what_trains_is_not_in_it_and_says_what_to_do(program: Path, bare: dict[str, str], tmp_path: Path):
    inside = {path.name for path in (program / "_internal").iterdir()}
    assert not inside & {
        "torch",
        "torchvision",
        "ultralytics",
        "nvidia",
        "triton",
        "scipy",
        "skimage",
        "imageio_ffmpeg",
    }
    command = [program / "pyroblur", "train", "--data", "nothing", "--recipe", "quick"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert ": failed: Training needs torch" in done.stderr
    assert "pyroblur pack install" in done.stderr


@pytest.mark.usefixtures("training_part", "tracking_part")
def test_it_makes_a_training_pack_from_a_folder_of_wheels_and_trains_in_it(
    program: Path, bare: dict[str, str], tmp_path: Path
):
    def run(*arguments: str | Path) -> dict:
        """The last line of JSON; no network: a proxy that nobody is behind."""
        nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
        command = [program / "pyroblur", *arguments, "--json"]
        done = subprocess.run(command, env=bare | nowhere, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    wheels = make_wheels(tmp_path / "wheels")
    run("pack", "install", "--wheels", wheels, "--python", base_python(), "--yes")
    data = yolo_folder(tmp_path / "data", 12) / "data.yaml"
    recipe = ("--recipe", "quick", "--from-scratch", "--device", "cpu")
    trained = run("train", "--data", data, *recipe, *TINY, "--name", "first")
    assert (trained["type"], trained["last_epoch"]) == ("finished", 1)
    covered = run("blur", PACKAGING / "demo" / "bus.jpg", "-o", tmp_path / "covered.jpg", "--model", "first")
    assert covered["type"] == "finished"
    assert (tmp_path / "covered.jpg").is_file()


def test_runs_are_logged_and_listed_without_the_training_part(program: Path, bare: dict[str, str]):
    make_run(Path(bare["HOME"]) / ".local" / "share" / "PyroBlur" / "runs", "first")
    done = subprocess.run([program / "pyroblur", "runs", "list"], env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^first +done ", done.stdout, re.MULTILINE), done.stdout


def test_it_is_no_larger_than_was_written_down(program: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(PACKAGING)
    lapack = importlib.import_module("lapack")
    if missing := lapack.what_is_missing(32, 64):  # `make package` installs them
        pytest.skip(f"it was built with large libraries of linear algebra, as {missing} are not installed")
    command = [sys.executable, PACKAGING / "sizes.py", program, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
