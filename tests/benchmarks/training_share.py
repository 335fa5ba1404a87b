"""What PyroBlur adds to a training's own work, by the processor's clock: a busy machine does not disturb it.

    python tests/benchmarks/training_share.py [--size 320] [--epochs 2] [--pictures 60] [--batch 16]

A real worker trains on real pictures while every call of ours in its main thread, on which each step waits, is timed:
events, the run's record and diary, figures by class, sample pictures, and replacing a checkpoint in one step. It runs
on one core, where the training itself takes longest; on two, the same calls are up to twice the share.
training_speed.py measures wall time instead, which needs a quiet machine.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from training_speed import LAB, PICTURES, _copy_pictures, _pyroblur  # a script beside this one

from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.training import recipes
from pyroblur_gui.training.spec import TrainSpec

GOAL = 0.02
WORKER = """
import json, sys, time
from pathlib import Path
from pyroblur_gui.models.offline import import_ultralytics
import_ultralytics()
from pyroblur_gui.training import trainer, validator
spent = {"ours_s": 0.0, "calls": 0}
began = []
def time_calls(kind, name):
    own = getattr(kind, name)
    def call(self, *given, **more):
        start = time.thread_time()
        if not began:
            began.append(start)
        try:
            return own(self, *given, **more)
        finally:
            now = time.thread_time()
            spent["ours_s"] += now - start
            spent["calls"] += 1
            if name == "_tell_epoch":
                spent["all_s"] = now - began[0]
                Path(sys.argv[1]).write_text(json.dumps(spent))
    setattr(kind, name, call)
for name in ("_epoch_begins", "_tell_batch", "_check_loss", "_tell_epoch"):
    time_calls(trainer.Trainer, name)
for name in ("_sample", "_worth_watching"):
    time_calls(validator.Validator, name)
time_calls(trainer.WholeFile, "write_bytes")
from pyroblur_gui.worker import main
sys.exit(main(sys.argv[2:]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("size", 320), ("epochs", 2), ("pictures", 60), ("batch", 16)):
        parser.add_argument(f"--{name}", type=int, default=value)
    wanted = parser.parse_args()
    if not PICTURES.is_dir():
        sys.stderr.write(f"{PICTURES} is missing: set PYROBLUR_LAB_DATA to the folder of the lab data ({LAB}).\n")
        return 1
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="pyroblur-bench-") as folder:
        home, told = Path(folder) / "home", Path(folder) / "told.json"
        os.environ["PYROBLUR_HOME"] = str(home)
        pictures = _copy_pictures(Path(folder) / "pictures", wanted.pictures)
        _pyroblur(home, "dataset", "import", pictures, "--name", "street")
        asyncio.run(_train(wanted, told))
        spent = json.loads(told.read_text())
    share = spent["ours_s"] / (spent["all_s"] - spent["ours_s"])
    reached = "kept" if share <= GOAL else "NOT kept"
    sys.stdout.write(
        f"yolo11n, {wanted.size} px, {wanted.pictures} pictures, {wanted.epochs} epochs, batch {wanted.batch}: "
        f"{spent['ours_s']:.3f} s of {spent['all_s']:.1f} s are ours, in {spent['calls']} calls: {share:.2%} "
        f"(at most {GOAL:.0%}: {reached})\n"
    )
    return 0


async def _train(wanted: argparse.Namespace, told: Path) -> None:
    settings = {"epochs": wanted.epochs, "imgsz": wanted.size, "batch": wanted.batch, "optimizer": "AdamW",
                "lr0": 0.001, "save_period": -1, "patience": 0}  # fmt: skip
    chosen = recipes.changed(recipes.recipe("quick"), {name: str(value) for name, value in settings.items()})
    recipe = chosen.model_copy(update={"is_pretrained": False})
    spec = TrainSpec(run="share", recipe=recipe, data="street", device="cpu")
    worker = WorkerProcess([sys.executable, "-c", WORKER, str(told)])
    try:
        end = await worker.run(spec.kind, spec.model_dump(mode="json"), on_event=lambda _: None)
    finally:
        await worker.close()
    if end.type != "finished":
        raise RuntimeError(end)


if __name__ == "__main__":
    sys.exit(main())
