# ruff: noqa: T201 - a script that says how far it is
"""Runs a grid of real trainings from the Runs tab: python tests/ui/runs/plan_in_window.py HOME [--base FILE.pt]

Two image sizes, two learning rates and two seeds, 8 trainings of YOLO11n on crops of two pictures that come with
Ultralytics, in the window's own queue; with --phases a smoke test, two settings, the better one with two seeds, and a
final run that a budget of 5 runs leaves out. HOME is kept: runs_screenshots.py shows it. Called again, it goes on.
"""

import argparse
import asyncio
import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
GRID = {"imgsz": (64, 96), "lr0": (0.002, 0.005), "seed": (1, 42)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--base", default="", help="a checkpoint to start from; else from random weights")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--phases", action="store_true")
    parser.add_argument("--kill-after", type=float, default=0.0, help="end at once after so many seconds, as a crash")
    wanted = parser.parse_args()
    os.environ["PYROBLUR_HOME"] = str(wanted.home.absolute())
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(run(Session(application), wanted))
    return 0


async def run(session, wanted: argparse.Namespace) -> None:
    from small_runs import make_crops

    from pyroblur_gui.core.paths import folders
    from pyroblur_gui.operations import plans
    from tests.ui.desk import shown, until

    assets = Path(find_spec("ultralytics").submodule_search_locations[0]) / "assets"
    if not (folders().data / "datasets" / "street").exists() and not list(wanted.home.rglob("street")):
        make_crops({name: assets / f"{name}.jpg" for name in ("bus", "zidane")})
    session.open()
    session.connect_jobs()
    window = shown(session)
    window.show_tab("runs")
    tab = window.runs
    tab.views.set_value("plans")
    plan = a_plan(wanted)
    tab.wiring.plans.take(plan)
    runner = tab.wiring.plans.runner
    await until(tab.plans.start_button.isEnabled)
    began = time.monotonic()
    tab.plans.start_button.click()
    told = ""
    while runner.is_running(plan.name):
        text = " | ".join(cell for matrix in tab.plans.matrices for cell in cells(matrix))
        if text != told:
            told = text
            print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)
        if wanted.kill_after and time.monotonic() - began > wanted.kill_after:
            os._exit(9)
        await asyncio.sleep(0.5)
    await asyncio.sleep(1.0)
    progress = plans.progress(plan)
    for cell in progress.cells:
        print(cell.run, dict(cell.values), cell.outcome.state.value, cell.outcome.value)
    print(f"{time.monotonic() - began:.0f} s; due: {len(progress.due)}; said: {tab.plans.said.text()!r}")
    window.close_at_once()
    await session.close()


def a_plan(wanted: argparse.Namespace):
    from pyroblur_gui.runs.plan import Budget, Phase, Plan

    phases = (
        Phase(name="smoke", first=1, set={"epochs": 1}),
        Phase(name="coarse", seeds=(1,)),
        Phase(name="again", best=1, seeds=(1, 42)),
        Phase(name="final", best=1, seeds=(7,)),
    )
    return Plan(
        name="phases" if wanted.phases else "example",
        title="Phases" if wanted.phases else "Sizes and learning rates",
        recipe="quick",
        data="street",
        model=wanted.base,
        from_scratch=not wanted.base,
        device="cpu",
        set={"epochs": wanted.epochs, "batch": 4},
        grid={"imgsz": (32, 64)} if wanted.phases else GRID,
        phases=phases if wanted.phases else (),
        budget=Budget(runs=5) if wanted.phases else Budget(),
    )


def cells(matrix) -> list[str]:
    return [
        item.text()
        for row in range(matrix.rowCount())
        for column in range(1, matrix.columnCount())
        if (item := matrix.item(row, column))
    ]


if __name__ == "__main__":
    sys.exit(main())
