# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the real window while it trains: python tests/ui/training/training_screenshots.py FOLDER

As tests/ui/screenshots.py does: the program itself under Xvfb, light and dark, at 1x and 2x, with a real training of a
small network. Look at what it makes; a test cannot.
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
SCHEMES = ("light", "dark")
SCALES = (1, 2)
SIZE = (1360, 850)
KEPT = (
    "training-empty-light-1x",
    "training-forecast-light-1x",
    "training-running-dark-2x",
    "training-pictures-light-1x",
    "training-result-light-2x",
    "training-many-light-1x",
    "training-classes-dark-2x",
    "training-done-light-1x",
    "training-failed-dark-2x",
)
WIDEST = 1600
EPOCHS = 12
LIMIT_S = 1500.0
# Where faces and people are in Ultralytics' two pictures: (class, left, top, right, bottom) in pixels.
SEEN = {
    "bus": (
        (0, 114, 416, 154, 470), (0, 271, 425, 308, 475), (1, 50, 399, 244, 904), (1, 222, 405, 345, 860),
        (1, 670, 394, 810, 879),
    ),
    "zidane": ((0, 911, 102, 1053, 277), (0, 552, 258, 667, 434), (1, 747, 41, 1139, 712), (1, 147, 205, 1103, 711)),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, choices=SCALES, help="of the screen; otherwise both")
    parser.add_argument("--only", nargs="+", default=[], help="scenes: empty ready failed forecast running done many")
    parser.add_argument("--docs", type=Path, help="copy a choice of them here, small enough to be kept")
    parser.add_argument("--weights", type=Path, help="yolo11n.pt, for a training that learns something in a minute")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return take(wanted.folder, wanted.scale, wanted.weights, wanted.only)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for scale in SCALES if wanted.scale is None else (wanted.scale,):
        with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as home:
            screen = f"-screen 0 {SIZE[0] * scale}x{SIZE[1] * scale}x24"
            command = ["xvfb-run", "-a", "-s", screen, sys.executable, __file__, str(wanted.folder), "--inside"]
            command += ["--scale", str(scale), *(["--only", *wanted.only] if wanted.only else [])]
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
    for name in (each for each in KEPT if (folder / f"{each}.png").exists()):
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(docs / f"{name}.webp", quality=86, method=6)


def take(folder: Path, scale: int, weights: Path | None, only: list[str]) -> int:
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(Camera(Session(application), folder, scale, weights).run(only))
    return 0


def make_people(name: str = "people", count: int = 80, classes: tuple[str, ...] = ("face", "person")) -> None:
    """Crops of the two pictures with their faces and people, a fifth of them for validation.

    With fewer than 64 to train on, Ultralytics takes a step only every other epoch, and the curves have stairs."""
    import hashlib
    import random

    from PIL import Image
    from rows import make_dataset

    from pyroblur_gui.datasets import layout
    from pyroblur_gui.datasets.dataset import Box, Picture
    from pyroblur_gui.datasets.sample import Split

    assets = Path(find_spec("ultralytics").submodule_search_locations[0]) / "assets"
    rows, chance = [], random.Random(4)  # noqa: S311 - pictures, not secrets
    with make_dataset(name, classes=classes) as dataset:
        for number in range(count):
            source = "bus" if number % 2 else "zidane"
            with Image.open(assets / f"{source}.jpg") as whole:
                width, height = (720, 540) if source == "zidane" else (640, 480)
                left = chance.randrange(whole.width - width)
                top = chance.randrange(300, 480) if source == "bus" else chance.randrange(whole.height - height)
                crop = whole.crop((left, top, left + width, top + height))
            file = dataset.folder / "images" / "00" / f"{source}-{number:02d}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            crop.save(file, quality=92)
            boxes = []
            for label, *edges in (each for each in SEEN[source] if each[0] < len(classes)):
                x1, y1, x2, y2 = (
                    min(1.0, max(0.0, (edge - start) / size))
                    for edge, start, size in zip(edges, (left, top) * 2, (width, height) * 2, strict=True)
                )
                if (x2 - x1) * width * (y2 - y1) * height > 0.5 * (edges[2] - edges[0]) * (edges[3] - edges[1]):
                    boxes.append(Box(label, x1, y1, x2, y2))
            content = file.read_bytes()
            rows.append(
                Picture(
                    id=0, file=f"images/00/{file.name}", name=file.name, source=1, width=width, height=height,
                    size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), likeness=None,
                    split=Split.VAL if number % 5 < 1 else Split.TRAIN, labelled=frozenset(range(len(classes))),
                    boxes=tuple(boxes),
                )
            )  # fmt: skip
        dataset.add(rows)
        layout.write_all(dataset)


class Camera:
    """Drives one session through the scenes."""

    def __init__(self, session, folder: Path, scale: int, weights: Path | None) -> None:
        self.session, self.folder, self.scale, self.weights = session, folder, scale, weights

    async def run(self, only: list[str]) -> None:
        self.window = self.session.open()
        self.window.resize(*SIZE)
        self.session.connect_jobs()
        self.tab = self.window.training
        self.window.show_tab("training")
        for scene in (self.empty, self.ready, self.failed, self.forecast, self.running, self.done, self.many):
            if only and scene.__name__ not in only:
                continue
            print(f"{self.scale}x", scene.__name__, flush=True)
            await scene()
        self.window.close_at_once()
        await self.session.close()

    async def empty(self) -> None:
        await self.shoot("empty")

    async def ready(self) -> None:
        from tests.ui.training.training_desk import TINY

        make_people()
        self.window.show_tab("blur")
        self.window.show_tab("training")
        await self.until(lambda: self.tab.start.data_field.has_sets)
        await self.shoot("ready")
        settings = {
            "epochs": EPOCHS, "lr0": 0.001, "patience": 0, "warmup_epochs": 1.0, "batch": 4, "imgsz": 128,
            "close_mosaic": EPOCHS,
        }  # fmt: skip
        changed = TINY.hyperparameters.model_copy(update=settings)
        told = {"title": "People", "summary": "A small network for a first try.", "hyperparameters": changed}
        if self.weights is not None:
            told |= {"model": str(self.weights), "is_pretrained": True}
        self.recipe = TINY.model_copy(update=told)

    async def failed(self) -> None:
        """Pictures that were moved away after they were imported."""
        import shutil

        from pyroblur_gui.datasets import store

        make_people("moved", 10)
        shutil.rmtree(store.folder_of("moved") / "images")
        self.window.show_tab("blur")
        self.window.show_tab("training")
        await self.until(lambda: self.tab.start.data.findData("moved") >= 0)
        self.tab.start.show_recipe(self.recipe)
        self.tab.start.data_field.choose("moved")
        self.tab.start.name.setText("without-pictures")
        self.tab.commands.start.trigger()
        await self.until(lambda: self.stage("without-pictures") == "failed", LIMIT_S)
        await self.shoot("failed")
        self.tab.wiring.presenter.discard("without-pictures")
        self.tab.start.data_field.choose("people")
        self.tab.start.name.clear()

    async def forecast(self) -> None:
        """A training that diverges and would take days, and each of these advices followed."""
        wild = self.recipe.hyperparameters.model_copy(update={"lr0": 1.0, "epochs": 10_000, "imgsz": 256})
        told = {"model": "yolo11s", "is_pretrained": False, "hyperparameters": wild}
        self.tab.start.show_recipe(self.recipe.model_copy(update=told))
        self.tab.commands.look.trigger()
        await self.shoot("looking")
        await self.until(lambda: bool(self.tab.start.forecast.rows), LIMIT_S)
        await self.shoot("forecast")
        print(self.tab.start.forecast.text, flush=True)
        for row in self.tab.start.forecast.rows:
            row.click()
        draft = self.tab.start.draft()
        print("  followed:", draft.recipe.model, draft.recipe.hyperparameters.lr0, flush=True)
        await self.shoot("followed")
        self.tab.start.show_recipe(self.recipe)

    async def running(self) -> None:
        self.tab.start.name.setText("people-first")
        self.tab.commands.start.trigger()
        self.tab.start.name.setText("people-second")
        self.tab.commands.start.trigger()
        self.tab.wiring.presenter.choose("people-first")
        await self.shoot("waiting")
        await self.until(lambda: self.tab.wiring.presenter.line("people-first").last_epoch >= EPOCHS * 3 // 4, LIMIT_S)
        self.tab.live.smoothing.setValue(60)
        await asyncio.sleep(1.0)
        await self.shoot("running")
        self.tab.live.views.set_value("pictures")
        await self.until(lambda: bool(self.tab.live.samples.board.shown))
        await self.shoot("pictures")
        self.tab.live.views.set_value("charts")
        bar = self.tab.live.board.verticalScrollBar()
        bar.setValue(bar.maximum())
        await self.shoot("classes")
        bar.setValue(0)
        self.tab.wiring.presenter.stop("people-second")

    async def done(self) -> None:
        await self.until(lambda: self.stage("people-first") == "done", LIMIT_S)
        await asyncio.sleep(0.5)
        await self.shoot("done")
        self.tab.live.views.set_value("result")
        await self.until(lambda: bool(self.tab.live.result.facts))
        await self.shoot("result")
        self.tab.live.views.set_value("log")
        await self.shoot("log")
        self.tab.live.views.set_value("charts")
        self.tab.start.form.advanced.set_open(True)
        self.tab.start.form.control("momentum").widget.setFocus()
        await self.shoot("advanced")
        self.tab.start.form.advanced.set_open(False)

    async def many(self) -> None:
        import shutil

        from pyroblur_gui.training.run import RunFolder, RunState

        states = [RunState.STOPPED, RunState.FAILED, RunState.RUNNING, RunState.DONE]
        for number in range(14):
            folder = RunFolder.of(f"street-{number:02d}")
            shutil.copytree(RunFolder.of("people-first").path, folder.path)
            last = EPOCHS if number % 4 == 3 else number % EPOCHS
            told = {
                "name": folder.path.name,
                "state": states[number % 4],
                "last_epoch": last,
                "best_epoch": min(last, 5),
            }
            folder.keep(folder.record().model_copy(update=told))
        self.tab.wiring.presenter.refresh()
        await self.until(lambda: len(self.tab.wiring.presenter.lines()) > 14)
        await self.shoot("many")
        self.window.resize(960, 600)
        await self.shoot("small")
        self.tab.live.views.set_value("pictures")
        await self.shoot("small-pictures")
        self.tab._wiring._ask_remove("people-first")
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
        from pyroblur_gui.core.settings import ColorScheme

        for scheme in SCHEMES:
            self.session._theme.use(ColorScheme(scheme))
            await asyncio.sleep(0.6)
            self.window.grab().save(str(self.folder / f"training-{name}-{scheme}-{self.scale}x.png"))


if __name__ == "__main__":
    sys.exit(main())
