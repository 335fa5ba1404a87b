"""A home in which there is something to show in every tab, and the window with all of it shown: for who looks at all
of the window at once. Quickly made: runs and a benchmark as they are left, without trainings.
"""

import asyncio
from pathlib import Path

from run_folders import make_run

from pyroblur_gui.core.paths import folders
from pyroblur_gui.training.run import RunState
from pyroblur_gui.ui.main_window import MainWindow
from pyroblur_gui.ui.session import Session
from tests.ui.benchmark.benchmark_desk import make_faces, make_result
from tests.ui.desk import shown, until

PATIENCE_S = 100.0


def furnish(pictures: dict[str, Path]) -> None:
    """A data set, a benchmark of two models, three runs. Call it before the window is opened."""
    make_faces(pictures)
    make_result()
    make_run(folders().runs, "street-320", best=0.3, number=0, imgsz=320, seed=1)
    make_run(folders().runs, "street-416", best=0.6, number=1, imgsz=416, seed=1)
    make_run(folders().runs, "street-0", best=0.1, number=2, state=RunState.FAILED)


async def show_all(session: Session, files: list[Path]) -> MainWindow:
    """Adds the files, opens each tab once and waits for what it reads."""
    window = shown(session)
    window.add_files(files)
    await until(lambda: len(window.blur.items()) == len(files))
    window.show_tab("datasets")
    await until(lambda: window.datasets.gallery.model.rowCount() > 0, PATIENCE_S)
    window.show_tab("training")
    await until(lambda: bool(window.training.wiring.presenter.lines()), PATIENCE_S)
    window.show_tab("benchmark")
    await until(lambda: window.benchmark.results.result is not None, PATIENCE_S)
    window.show_tab("runs")
    await until(lambda: bool(window.runs.table.model.rows), PATIENCE_S)
    await asyncio.sleep(0.3)
    return window
