# ruff: noqa: T201 - a script that prints what it measured
"""How long a store of many runs takes to list and to compare: python tests/benchmarks/runs_store.py [--runs 5000]

MLflow makes the store; the rows are written into its tables at once, as many as trainings leave: 38 parameters, 24
figures and 20 epochs of 11 figures a run. Measured: the reading itself, as a warm worker of the window does it, and the
whole command `pyroblur runs`, with the start of Python and of its worker.
"""

import argparse
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

EPOCHS = 20
FIGURES = 11
TIMES = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--home", type=Path, help="keep the store here, and take the one that is there")
    parser.add_argument("--fill-only", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pyroblur-runs-") as temporary:
        home = wanted.home or Path(temporary)
        os.environ["PYROBLUR_HOME"] = str(home)
        if not (home / "data" / "mlflow" / "runs.db").exists():
            fill(wanted.runs)
        if not wanted.fill_only:
            measure(wanted.runs, [f"run-{number}" for number in range(20)])
    return 0


def fill(count: int) -> None:
    from pyroblur_gui.runs.place import alone, here
    from pyroblur_gui.runs.tracking import Tracking
    from pyroblur_gui.training.spec import Hyperparameters

    place = here()
    with alone():
        Tracking(place)
    told = {name: str(value) for name, value in Hyperparameters().model_dump(mode="json").items()}
    told |= {"recipe": "quick", "base": "yolo11n", "data": "street", "device": "cpu", "unlabelled": "leave_out"}
    draw = random.Random(1)  # noqa: S311 - figures, not secrets
    assert place.database is not None
    with closing(sqlite3.connect(place.database)) as store:
        (experiment,) = store.execute("SELECT experiment_id FROM experiments WHERE name = 'PyroBlur'").fetchone()
        for number in range(count):
            run = f"{number:032x}"
            began = 1_790_000_000_000 + number * 60_000
            store.execute(
                "INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, experiment_id) "
                "VALUES (?, ?, 'FINISHED', ?, ?, 'active', ?)",
                (run, f"run-{number}", began, began + 3_600_000, experiment),
            )
            mine = told | {"imgsz": str(draw.choice((320, 416, 640))), "lr0": str(draw.random()), "seed": str(number)}
            store.executemany("INSERT INTO params VALUES (?, ?, ?)", [(key, value, run) for key, value in mine.items()])
            tags = {"pyroblur.run": f"run-{number}", "pyroblur.state": "done", "pyroblur.fingerprint": "f" * 64}
            store.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(key, value, run) for key, value in tags.items()])
            latest = [(f"best/figure-{n}" if n else "best/mAP50-95", draw.random(), began, EPOCHS, 0, run)
                      for n in range(24)]  # fmt: skip
            store.executemany("INSERT INTO latest_metrics VALUES (?, ?, ?, ?, ?, ?)", latest)
            names = ["mAP50-95", *(f"figure-{n}" for n in range(1, FIGURES))]
            points = [(name, draw.random(), began + step, run, step, 0) for name in names for step in range(EPOCHS)]
            store.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", points)
        store.commit()
    print(f"{count:,} runs, {place.database.stat().st_size / 1e6:.0f} MB")


def measure(count: int, names: list[str]) -> None:
    from pyroblur_gui.operations.runs_read import list_runs, show
    from pyroblur_gui.runs.row import unpack
    from pyroblur_gui.runs.spec import ListSpec, ShowSpec
    from pyroblur_gui.runs.table import ordered, usual

    quiet = Quiet()
    result = list_runs(ListSpec(), quiet)
    rows = unpack(result["table"])
    assert len(rows) == count
    timed(f"list {count:,} runs in a warm worker", lambda: list_runs(ListSpec(), quiet))
    timed("make rows of the answer, choose columns and sort, in the window", lambda: ordered(
        unpack(result["table"]), usual(rows)[5]))  # fmt: skip
    timed("compare 20 runs in a warm worker", lambda: show(ShowSpec(runs=tuple(names)), quiet))
    command = [sys.executable, "-m", "pyroblur_gui", "runs"]
    root = Path(__file__).resolve().parents[2]

    def run(*arguments: str) -> None:
        subprocess.run([*command, *arguments], cwd=root, stdout=subprocess.DEVNULL, check=True)

    timed("pyroblur runs list, all of it", lambda: run("list"))
    timed("pyroblur runs list --json, all of it", lambda: run("list", "--json"))
    timed("pyroblur runs compare of 20, all of it", lambda: run("compare", *names))


def timed(what: str, do: Callable[[], object]) -> None:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        do()
        taken.append(time.perf_counter() - began)
    print(f"{what}: {statistics.median(taken):.2f} s (median of {TIMES}; {min(taken):.2f} to {max(taken):.2f})")


class Quiet:
    def emit(self, _event: object) -> None: ...

    def check_cancelled(self) -> None: ...


if __name__ == "__main__":
    sys.exit(main())
