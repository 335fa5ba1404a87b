# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the real window while it trains: python tests/ui/training/training_screenshots.py FOLDER

As tests/ui/screenshots.py does: the program itself under Xvfb, light and dark, at 1x and 2x, with a real training of a
tiny network. Look at what it makes; a test cannot.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
LOOKS = [(scheme, scale) for scheme in ("light", "dark") for scale in (1, 2)]
SIZE = (1360, 850)
KEPT = (
    "training-empty-light-1x",
    "training-forecast-light-1x",
    "training-running-dark-2x",
    "training-done-light-1x",
    "training-failed-dark-2x",
)
WIDEST = 1600
EPOCHS = 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", action="append", default=[], help="e.g. dark-2x")
    parser.add_argument("--docs", type=Path, help="copy a choice of them here, small enough to be kept")
    parser.add_argument("--weights", type=Path, help="yolo11n.pt, for a training that learns something in a minute")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return take(wanted.folder, wanted.inside, wanted.weights)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for scheme, scale in LOOKS:
        look = f"{scheme}-{scale}x"
        if wanted.look and look not in wanted.look:
            continue
        with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as home:
            screen = f"-screen 0 {SIZE[0] * scale}x{SIZE[1] * scale}x24"
            command = ["xvfb-run", "-a", "-s", screen, sys.executable, __file__, str(wanted.folder), "--inside", look]
            command += ["--weights", str(wanted.weights)] if wanted.weights else []
            environment = {
                **os.environ, "PYROBLUR_HOME": home, "QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "xcb",
                "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests"))),
            }  # fmt: skip
            worst = max(worst, subprocess.run(command, env=environment, check=False).returncode)
    if wanted.docs:
        keep(wanted.folder, wanted.docs)
    return worst


def keep(folder: Path, docs: Path) -> None:
    from PIL import Image

    docs.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(docs / f"{name}.webp", quality=86, method=6)


def take(folder: Path, look: str, weights: Path | None) -> int:
    import qasync

    from pyroblur_gui.ui.app import Session, make_application

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(Camera(Session(application), folder, look, weights).run())
    return 0


class Camera:
    """Drives one session through the scenes."""

    def __init__(self, session, folder: Path, look: str, weights: Path | None) -> None:
        self.session, self.folder, self.look, self.weights = session, folder, look, weights

    async def run(self) -> None:
        from pyroblur_gui.core.settings import ColorScheme

        self.window = self.session.open()
        self.session._theme.use(ColorScheme(self.look.partition("-")[0]))
        self.window.resize(*SIZE)
        self.session.connect_jobs()
        self.tab = self.window.training
        self.window.show_tab("training")
        await self.until(lambda: self.tab.live.board is not None)
        for scene in (self.empty, self.ready, self.failed, self.forecast, self.running, self.done):
            print(self.look, scene.__name__, flush=True)
            await scene()
        self.window.close_at_once()
        await self.session.close()

    async def empty(self) -> None:
        await self.shoot("empty")

    async def ready(self) -> None:
        from tests.ui.training.training_desk import TINY, make_street

        spec = find_spec("ultralytics")
        assets = Path(spec.submodule_search_locations[0]) / "assets"
        make_street({name: assets / f"{name}.jpg" for name in ("bus", "zidane")})
        self.window.show_tab("blur")
        self.window.show_tab("training")
        await self.until(lambda: self.tab.start.data.count() > 0)
        await self.shoot("ready")
        settings = {"epochs": EPOCHS, "lr0": 0.001, "patience": 0, "warmup_epochs": 100.0, "batch": 4, "imgsz": 96}
        changed = TINY.hyperparameters.model_copy(update=settings)
        told = {"title": "Street", "summary": "A small network for a first try.", "hyperparameters": changed}
        if self.weights is not None:
            told |= {"model": str(self.weights), "is_pretrained": True}
        self.recipe = TINY.model_copy(update=told)

    async def failed(self) -> None:
        self.tab.start.name.setText("without-weights")
        self.tab.commands.start.trigger()
        await self.until(lambda: self.stage("without-weights") == "failed")
        await self.shoot("failed")

    async def forecast(self) -> None:
        self.tab.start.show_recipe(self.recipe)
        wild = self.recipe.hyperparameters.model_copy(update={"lr0": 1.0})
        self.tab.start.show_recipe(self.recipe.model_copy(update={"hyperparameters": wild}))
        self.tab.commands.look.trigger()
        await self.until(lambda: bool(self.tab.start.forecast.rows))
        await self.shoot("forecast")
        self.tab.start.forecast.rows[-1].click()
        self.tab.start.show_recipe(self.recipe)

    async def running(self) -> None:
        self.tab.start.name.setText("street-faces")
        self.tab.commands.start.trigger()
        self.tab.start.name.setText("street-faces-2")
        self.tab.commands.start.trigger()
        self.tab.wiring.presenter.choose("street-faces")
        await self.until(lambda: (self.tab.wiring.presenter.line("street-faces").last_epoch) >= 30, 180)
        self.tab.live.smoothing.setValue(60)
        await asyncio.sleep(1.0)
        await self.shoot("running")
        self.tab.wiring.presenter.stop("street-faces-2")

    async def done(self) -> None:
        await self.until(lambda: self.stage("street-faces") == "done", 180)
        await asyncio.sleep(0.5)
        await self.shoot("done")
        self.tab.live.views.set_value("log")
        await self.shoot("log")
        self.tab.live.views.set_value("charts")
        bar = self.tab.live.board.verticalScrollBar()
        bar.setValue(bar.maximum())
        await self.shoot("scrolled")
        self.window.resize(960, 600)
        await self.shoot("small")
        self.tab._wiring._ask_remove("street-faces")
        await self.shoot("remove")

    # -- tools

    def stage(self, name: str) -> str:
        line = self.tab.wiring.presenter.line(name)
        return line.stage.value if line is not None else ""

    async def until(self, condition: Callable[[], bool], timeout_s: float = 90.0) -> None:
        for _ in range(int(timeout_s / 0.02)):
            if condition():
                return
            await asyncio.sleep(0.02)
        print("  did not come about:", self.tab.wiring.presenter.lines(), flush=True)

    async def shoot(self, name: str) -> None:
        await asyncio.sleep(0.6)
        self.window.grab().save(str(self.folder / f"training-{name}-{self.look}.png"))


if __name__ == "__main__":
    sys.exit(main())
