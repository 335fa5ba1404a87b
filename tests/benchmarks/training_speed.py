"""`pyroblur train` beside plain `yolo train` on a CPU: the same pictures, network and settings, in alternating order.

    python tests/benchmarks/training_speed.py                             # as docs/benchmarks-training.md, in minutes
    python tests/benchmarks/training_speed.py --sizes 640 --pictures 32   # the size of the recipe faces-plates
    python tests/benchmarks/training_speed.py --write FILE                # keep the figures

Three contestants, each in processes of its own with a fresh home, offline:
- yolo: `yolo train` as Ultralytics sets it up.
- equal: the same, given PyroBlur's settings of the machine (all cores, kept buffers, bf16 where the CPU computes in it,
  channels last) by callbacks. What PyroBlur adds to it is its overhead: events, records, whole checkpoints.
- pyroblur: `pyroblur train`.
Timed is what grows with the epochs: Ultralytics' own clock in results.csv, from the first batch to the end of the last
epoch's validation. What comes once (start, measuring the best checkpoint, export to ONNX) is told apart.
"""

import argparse
import csv
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pyroblur_gui.core.system import platform_facts, processor
from pyroblur_gui.operations.catalogue import ENVIRONMENTS, Lane

REPOSITORY = Path(__file__).resolve().parents[2]
LAB = Path(os.environ.get("PYROBLUR_LAB_DATA", REPOSITORY.parent / "shared" / "data"))
PICTURES = LAB / "train" / "both" / "openimages_street"
GOAL_RATIO, GOAL_OVERHEAD = 1.4, 0.02
SEED = 4
SETTINGS = {"optimizer": "AdamW", "lr0": 0.001, "warmup_epochs": 1.0, "save_period": -1, "patience": 0, "seed": 0}
YOLO = """
import json, sys
from pyroblur_gui.core.system import processor, usable_cores
import torch
from ultralytics import YOLO, settings
settings.update({"sync": False, "mlflow": False, "tensorboard": False})  # logging is another's time
arguments, is_equal = json.loads(sys.argv[1]), sys.argv[2] == "equal"
model = YOLO(arguments.pop("model"))
def prepare(trainer):
    torch.set_num_threads(usable_cores())
    trainer.model.to(memory_format=torch.channels_last)
if is_equal:
    if processor().has_bf16:
        import ultralytics.engine.trainer
        ultralytics.engine.trainer.autocast = lambda *_, **__: torch.autocast("cpu", torch.bfloat16)
    model.add_callback("on_train_start", prepare)
model.train(**arguments)
"""


@dataclass(frozen=True)
class Timed:
    """epochs_s: by Ultralytics' clock. whole_s: of the process, its start and end included."""

    epochs_s: float
    whole_s: float


def main() -> int:
    wanted = _arguments()
    if not PICTURES.is_dir():
        sys.stderr.write(f"{PICTURES} is missing: set PYROBLUR_LAB_DATA to the folder of the lab data.\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="pyroblur-bench-") as folder:
        work = Path(folder)
        pictures = _copy_pictures(work / "pictures", wanted.pictures)
        results = {size: _compare(size, pictures, work, wanted) for size in wanted.sizes}
    text = _report(results, wanted)
    sys.stdout.write(text)
    if wanted.write:
        wanted.write.write_text(text, encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[320])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--pictures", type=int, default=240)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--model", default="yolo11n")
    parser.add_argument("--skip", nargs="*", default=[], choices=["yolo", "equal"])
    parser.add_argument("--write", type=Path, help="write the figures to this file, too")
    return parser.parse_args()


def _copy_pictures(folder: Path, count: int) -> Path:
    files = sorted((PICTURES / "images").iterdir())
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True)
    for file in random.Random(SEED).sample(files, count):  # noqa: S311 - the same pictures each time
        shutil.copyfile(file, folder / "images" / file.name)
        label = PICTURES / "labels" / f"{file.stem}.txt"
        if label.is_file():
            shutil.copyfile(label, folder / "labels" / label.name)
    (folder / "data.yaml").write_text("train: images\nnames: [face, license_plate]\n", encoding="utf-8")
    return folder


def _compare(size: int, pictures: Path, work: Path, wanted: argparse.Namespace) -> dict[str, list[Timed]]:
    home = work / f"home-{size}"
    _pyroblur(home, "dataset", "import", pictures, "--name", "street")
    results: dict[str, list[Timed]] = {}
    for repeat in range(wanted.repeats):
        # PyroBlur's first run writes the lists that the others train on, too.
        names = ["pyroblur", "equal"] + (["yolo"] if repeat == 0 else [])
        if repeat % 2:
            names.reverse()
        for name in (name for name in names if name not in wanted.skip):
            timed = _ours(home, size, repeat, wanted) if name == "pyroblur" else _yolo(name, home, size, wanted)
            results.setdefault(name, []).append(timed)
            sys.stderr.write(f"{size} px, {name}: {timed.epochs_s:.1f} s of epochs, {timed.whole_s:.1f} s in all\n")
    return results


def _ours(home: Path, size: int, repeat: int, wanted: argparse.Namespace) -> Timed:
    settings = {**SETTINGS, "epochs": wanted.epochs, "imgsz": size, "batch": wanted.batch}
    options = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    start = ("train", "--data", "street", "--recipe", "quick", "--from-scratch", "--model", wanted.model)
    began = time.perf_counter()
    _pyroblur(home, *start, "--device", "cpu", "--name", f"run{repeat}", *options)
    return Timed(_epochs_s(home / "runs" / f"run{repeat}"), time.perf_counter() - began)


def _yolo(name: str, home: Path, size: int, wanted: argparse.Namespace) -> Timed:
    """The arguments that PyroBlur's run gave to Ultralytics, as it kept them, and its lists of pictures."""
    kept = json.loads((home / "runs" / "run0" / "run.json").read_text(encoding="utf-8"))["recipe"]["hyperparameters"]
    own = {key: value for key, value in kept.items() if key not in {"amp", "cache", "freeze", "workers"}}
    data = str(home / "runs" / "run0" / "data" / "data.yaml")
    with tempfile.TemporaryDirectory(dir=home) as folder:
        arguments = {
            **own, "model": f"{wanted.model}.yaml", "data": data, "device": "cpu", "workers": 0, "plots": False,
            "project": folder, "name": "run", "imgsz": size, "amp": False,
        }  # fmt: skip
        environment = {
            **os.environ, "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false",
            "YOLO_CONFIG_DIR": folder, "MPLCONFIGDIR": folder, "PYTHONPATH": str(REPOSITORY),
        }  # fmt: skip
        if name == "equal":
            environment |= ENVIRONMENTS[Lane.GPU] | {"OMP_NUM_THREADS": str(os.cpu_count() or 1)}
        began = time.perf_counter()
        _run([sys.executable, "-c", YOLO, json.dumps(arguments), name], environment, Path(folder))
        return Timed(_epochs_s(Path(folder) / "run"), time.perf_counter() - began)


def _pyroblur(home: Path, *arguments: str | Path) -> None:
    environment = {**os.environ, "PYROBLUR_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    _run([sys.executable, "-m", "pyroblur_gui", *map(str, arguments), "--json"], environment, REPOSITORY)


def _run(command: list[str], environment: dict[str, str], folder: Path) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode != 0:
        message = f"{command[:4]} failed: {done.stdout[-1000:]} {done.stderr[-2000:]}"
        raise RuntimeError(message)


def _epochs_s(run: Path) -> float:
    with (run / "results.csv").open(encoding="utf-8") as file:
        return float(list(csv.DictReader(file))[-1]["time"])


def _report(results: dict[int, dict[str, list[Timed]]], wanted: argparse.Namespace) -> str:
    facts = platform_facts()
    lines = [
        "# Training speed beside plain Ultralytics\n",
        f"Measured {datetime.now(UTC):%Y-%m-%d} by tests/benchmarks/training_speed.py: {wanted.model} from random "
        f"weights, {wanted.pictures} street pictures, some of them for validation, {wanted.epochs} epochs, batch "
        f"{wanted.batch}; medians where there were several runs, in alternating order. Seconds of epochs are from the "
        "first batch to the end of the last validation, by Ultralytics' own clock (results.csv).\n",
        f"{facts['processor']}, {facts['cores']} cores; {facts['system']}, Python {facts['python']}; torch "
        f"{version('torch')}, ultralytics {version('ultralytics')}; bf16 {'yes' if processor().has_bf16 else 'no'}.\n",
        "*yolo*: `yolo train` as it comes. *equal*: the same with PyroBlur's settings of the machine (all cores, kept "
        "buffers, bf16 where the CPU computes in it, channels last). *pyroblur*: `pyroblur train`.\n",
    ]
    for size, found in results.items():
        lines.append(f"## {size} px\n")
        lines.append("| | s of epochs | each run | s in all |\n|---|---|---|---|")
        for name in ("yolo", "equal", "pyroblur"):
            if name in found:
                each = ", ".join(f"{one.epochs_s:.1f}" for one in found[name])
                whole = statistics.median(one.whole_s for one in found[name])
                lines.append(f"| {name} | {_median(found[name]):.1f} | {each} | {whole:.1f} |")
        lines.append("")
        lines.extend(_verdicts(found))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _verdicts(found: dict[str, list[Timed]]) -> list[str]:
    ours = _median(found["pyroblur"])
    said = []
    if "yolo" in found:
        ratio = _median(found["yolo"]) / ours
        reached = "reached" if ratio >= GOAL_RATIO else "NOT reached"
        said.append(f"- {ratio:.2f} times the pictures a second of yolo train (at least {GOAL_RATIO}: {reached})")
    if "equal" in found:
        overhead = ours / _median(found["equal"]) - 1
        reached = "kept" if overhead <= GOAL_OVERHEAD else "NOT kept"
        said.append(f"- overhead over equal settings {overhead:+.1%} (at most {GOAL_OVERHEAD:.0%}: {reached})")
    return said


def _median(runs: list[Timed]) -> float:
    return statistics.median(one.epochs_s for one in runs)


if __name__ == "__main__":
    sys.exit(main())
