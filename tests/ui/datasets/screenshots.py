# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the Data sets tab in its states: python tests/ui/datasets/screenshots.py FOLDER [--look dark-2x].

Runs the program itself, with its real worker, under Xvfb (which must be installed), in light and dark and at 1x and 2x.
The data set that it shows is drawn by PyroBlur on cuttings of Ultralytics' sample pictures. Look at what it makes.
"""

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.ui.screenshots import LOOKS, SIZE, WIDEST, _pictures

NAME = "Made-up streets"
KEPT = ("empty-light-1x", "gallery-light-2x", "picture-dark-2x", "problems-light-1x", "nothing-dark-1x")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", action="append", default=[], help="e.g. dark-2x")
    parser.add_argument("--docs", type=Path, help="copy a choice of them here, small enough to be kept")
    parser.add_argument("--made", type=Path, help="keep the data set in this folder, and use it again")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return take(wanted.folder, wanted.inside)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as place:
        made = wanted.made or Path(place) / "made"
        if not made.exists():
            make(made)
        for scheme, scale in LOOKS:
            look = f"{scheme}-{scale}x"
            if not wanted.look or look in wanted.look:
                worst = max(worst, start(wanted.folder, look, scale, made))
    if wanted.docs:
        keep(wanted.folder, wanted.docs)
    return worst


def start(folder: Path, look: str, scale: int, made: Path) -> int:
    """One look in a process of its own, as Qt's scale is set at the start."""
    with tempfile.TemporaryDirectory(prefix="pyroblur-home-") as home:
        shutil.copytree(made, home, dirs_exist_ok=True)
        screen = f"-screen 0 {SIZE[0] * scale}x{SIZE[1] * scale}x24"
        command = ["xvfb-run", "-a", "-s", screen, sys.executable, __file__, str(folder), "--inside", look]
        environment = {
            **os.environ, "PYROBLUR_HOME": home, "QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "xcb",
        }  # fmt: skip
        return subprocess.run(command, env=environment, check=False).returncode


def make(home: Path) -> None:
    """A data set with suggestions and problems, made by the command line and then spoilt a little."""
    os.environ["PYROBLUR_HOME"] = str(home)
    with tempfile.TemporaryDirectory() as cuttings:
        cut(Path(cuttings))
        command = [
            sys.executable, "-m", "pyroblur_gui", "dataset", "download", "synthetic", "--name", NAME, "--max-samples",
            "120", "--backgrounds", cuttings, "--accept-licence",
        ]  # fmt: skip
        subprocess.run(command, check=True)
    spoil()


def cut(folder: Path) -> None:
    from PIL import Image

    dice = random.Random(3)  # noqa: S311 - no secret
    for name, path in _pictures().items():
        picture = Image.open(path)
        for number in range(12):
            width = dice.randint(400, min(picture.size))
            height = int(width * dice.choice([0.66, 0.75, 1]))
            left, top = dice.randint(0, picture.width - width), dice.randint(0, picture.height - height)
            picture.crop((left, top, left + width, top + height)).save(folder / f"{name}_{number}.jpg", quality=90)


def spoil() -> None:
    from pyroblur_gui.datasets import store, validate
    from pyroblur_gui.datasets.dataset import Box
    from pyroblur_gui.datasets.sample import Origin

    dice = random.Random(5)  # noqa: S311 - no secret
    with store.open_dataset(NAME) as dataset:
        changed = []
        for picture in dataset.pictures(dataset.ids()):
            boxes = [
                replace(box, origin=Origin.SUGGESTED, score=round(dice.uniform(0.4, 0.95), 2))
                if dice.random() < 0.12
                else box
                for box in picture.boxes
            ]
            if picture.id % 17 == 0:
                boxes.append(Box(0, 0.5, 0.5, 0.5 + 2 / picture.width, 0.5 + 2 / picture.height))
            if picture.id % 41 == 0:
                boxes.append(Box(1, 0.9, 0.4, 1.1, 0.5))
            changed.append(replace(picture, boxes=tuple(boxes)))
        dataset.replace(changed)
        dataset.keep_problems(validate.problems_of(dataset))


def keep(folder: Path, docs: Path) -> None:
    """As WebP, which makes a tenth of them."""
    from PIL import Image

    docs.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(docs / f"datasets-{name}.webp", quality=86, method=6)


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
    """Drives one session through the scenes."""

    def __init__(self, session, folder: Path, kind: str) -> None:
        self.session, self.folder, self.kind = session, folder, kind

    async def run(self) -> None:
        from pyroblur_gui.core.settings import ColorScheme

        self.window = self.session.open()
        self.session._theme.use(ColorScheme(self.kind.partition("-")[0]))
        self.window.resize(*SIZE)
        self.session.connect_jobs()
        self.tab = self.window.datasets
        scenes: list[Callable[[], Awaitable[None]]] = [
            self.empty, self.gallery, self.nothing, self.picture, self.problems, self.charts, self.asked,
        ]  # fmt: skip
        for scene in scenes:
            print(self.kind, scene.__name__, flush=True)
            await scene()
        self.window.close_at_once()
        await self.session.close()

    async def empty(self) -> None:
        self.tab.show_set(None)
        await asyncio.sleep(0.2)
        from pyroblur_gui.datasets import store

        hidden = store.datasets_folder().rename(store.datasets_folder().with_name("hidden"))
        self.window.show_tab("datasets")
        await self.shoot("empty")
        self.tab.light(is_lit=True)
        await self.shoot("held_over")
        self.tab.light(is_lit=False)
        hidden.rename(store.datasets_folder())
        await self.tab.wiring.presenter.refresh()
        await self.until(lambda: self.tab.gallery.model.rowCount() > 0)

    async def gallery(self) -> None:
        grid = self.tab.gallery.grid
        await asyncio.sleep(4.0)
        grid.setFocus()
        grid.setCurrentIndex(self.tab.gallery.model.index(7))
        await self.shoot("gallery")
        self.window.resize(self.window.minimumSize())
        await self.shoot("narrow")
        self.window.resize(*SIZE)

    async def nothing(self) -> None:
        self.tab.gallery.filters.text.setText("bicycle")
        await asyncio.sleep(0.8)
        await self.shoot("nothing")
        self.tab.gallery.filters.reset()
        await asyncio.sleep(0.5)

    async def picture(self) -> None:
        model = self.tab.gallery.model
        rows = [model.row(number) for number in range(60)]
        best = max(
            (row for row in rows if row is not None), key=lambda row: (row.suggestions > 0, len(row.picture.boxes))
        )
        self.tab.gallery.opened.emit(best.picture.id)
        await self.until(self.tab.picture.isVisible)
        await asyncio.sleep(2.0)
        place = next((n for n, box in enumerate(best.picture.boxes) if not box.is_truth), 0)
        self.tab.picture._choose(place)
        await self.shoot("picture")
        self.tab.picture.accept()
        await asyncio.sleep(1.0)
        self.tab.picture.canvas.zoom(3.0)
        await self.shoot("zoomed")
        self.tab.picture.left.emit()

    async def problems(self) -> None:
        self.tab.show_view("problems")
        await asyncio.sleep(2.0)
        await self.shoot("problems")

    async def charts(self) -> None:
        self.tab.show_view("charts")
        await asyncio.sleep(2.5)
        await self.shoot("charts")

    async def asked(self) -> None:
        from pyroblur_gui.ui.dialogs.question import Question

        self.tab.commands.remove.trigger()
        await asyncio.sleep(0.4)
        (dialog,) = self.tab.findChildren(Question)
        dialog.grab().save(str(self.folder / f"asked-{self.kind}.png"))
        dialog.close()

    async def until(self, condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
        for _ in range(int(timeout_s / 0.02)):
            if condition():
                return
            await asyncio.sleep(0.02)
        print("  did not come about", flush=True)

    async def shoot(self, name: str) -> None:
        await asyncio.sleep(0.3)
        self.window.grab().save(str(self.folder / f"{name}-{self.kind}.png"))


if __name__ == "__main__":
    sys.exit(main())
