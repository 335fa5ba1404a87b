# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the Benchmark tab: python tests/ui/benchmark/benchmark_screenshots.py FOLDER [--docs FOLDER]

The real window, drawn to memory, light and dark, with a real benchmark of two models on crops of the two pictures that
come with Ultralytics, made once before. Look at what it makes; a test cannot. --home: a PYROBLUR_HOME to make it in,
which is kept and used again.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
LOOKS = [(scheme, scale) for scheme in ("light", "dark") for scale in (1, 2)]
SIZE = (1360, 850)
VIEWS = ("empty", "summary", "curves", "leaks", "gallery", "speed")
KEPT = (*(f"benchmark-{view}-light-1x" for view in VIEWS[:-1]), "benchmark-leaks-dark-2x")  # times: of quiet machines
DATA, MODELS = "passers-by", ("thorough", "fast")
WIDEST = 1600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", action="append", default=[], help="e.g. dark-2x")
    parser.add_argument("--docs", type=Path, help="copy a choice of them here, small enough to be kept")
    parser.add_argument("--home", type=Path, help="with a benchmark, or to make it in")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside == "make":
        return make()
    if wanted.inside:
        return take(wanted.folder, wanted.inside)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as temporary:
        made = wanted.home or Path(temporary) / "made"
        if not (made / "data" / "benchmarks").exists():
            worst = again(wanted.folder, "make", home=made)
        for scheme, scale in LOOKS:
            look = f"{scheme}-{scale}x"
            if wanted.look and look not in wanted.look:
                continue
            home = Path(temporary) / look
            shutil.copytree(made, home)
            worst = max(worst, again(wanted.folder, look, home=home, scale=scale))
    if wanted.docs:
        keep(wanted.folder, wanted.docs)
    return worst


def again(folder: Path, inside: str, *, home: Path, scale: int = 1) -> int:
    """This script in a process of its own: a home and a scale are chosen once."""
    environment = {
        **os.environ, "PYROBLUR_HOME": str(home), "QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests"))),
    }  # fmt: skip
    command = [sys.executable, __file__, str(folder), "--inside", inside]
    return subprocess.run(command, env=environment, check=False).returncode


def make() -> int:
    from tests.ui.training.training_screenshots import make_people

    make_people(DATA, 60, classes=("face",))
    models = [word for model in MODELS for word in ("--model", model)]
    command = [sys.executable, "-m", "pyroblur_gui", "benchmark", *models, "--data", DATA, "--speed"]
    return subprocess.run(command, check=False).returncode


def keep(folder: Path, docs: Path) -> None:
    from PIL import Image

    for name in KEPT:
        if not (folder / f"{name}.png").exists():
            continue
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(docs / f"{name}.webp", quality=86, method=6)


def take(folder: Path, look: str) -> int:
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(Camera(Session(application), folder, look).run())
    return 0


class Camera:
    def __init__(self, session, folder: Path, look: str) -> None:
        self.session, self.folder, self.look = session, folder, look

    async def run(self) -> None:
        from pyroblur_gui.benchmark import store
        from pyroblur_gui.core.settings import ColorScheme
        from tests.ui.benchmark.benchmark_desk import open_tab

        results = store.benchmarks_folder()
        results.rename(results.with_name("later"))
        window = self.session.open()
        self.session._theme.use(ColorScheme(self.look.partition("-")[0]))
        window.resize(*SIZE)
        self.session.connect_jobs()
        self.tab = await open_tab(self.session)
        await self.shoot("empty")
        results.with_name("later").rename(results)
        await self.tab.wiring.presenter.refresh()
        await self.until(lambda: len(self.tab.results._boards) == 2)
        for view in VIEWS[1:]:
            self.tab.results.show_view(view)
            if view == "gallery":
                self.tab.results.findings.model_box.setCurrentIndex(1)
                await asyncio.sleep(2)
            await self.shoot(view)
        window.close_at_once()
        await self.session.close()

    async def shoot(self, name: str) -> None:
        await asyncio.sleep(0.6)
        print(self.look, name, flush=True)
        self.session.window.grab().save(str(self.folder / f"benchmark-{name}-{self.look}.png"))

    async def until(self, condition: Callable[[], bool]) -> None:
        from tests.ui.desk import until

        await until(condition)


if __name__ == "__main__":
    raise SystemExit(main())
