# ruff: noqa: T201 - a script that says how far it is
"""Takes the guide's pictures in both languages: python tests/ui/guide_screenshots.py FOLDER [--docs docs]

The program itself, drawn to memory, with Ultralytics' two pictures, a clip and a data set made of them, a real
benchmark and two real trainings of a small network (from --weights yolo11n.pt, else from random weights). With --docs,
they are kept in docs/guide, small. The many states of the window are pictured by screenshots.py and its like.
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

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

LANGUAGES = ("en", "fr")
SIZE = (1200, 760)
WIDEST = 1000  # of a kept picture, in pixels
DATA, NETWORK = "street", ROOT / "tests" / "tiny.yaml"
LIMIT_S = 300.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=LANGUAGES, action="append", default=[])
    parser.add_argument("--chapter", action="append", default=[], help="only this one: start, queue, compare, ...")
    parser.add_argument("--home", type=Path, help="keep what is made to be shown here, and use it again")
    parser.add_argument("--weights", type=Path, help="of yolo11n: what a training of a minute begins with")
    parser.add_argument("--docs", type=Path, help="keep the guide's pictures here, in guide/")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return _take(wanted.folder, wanted.inside, wanted.chapter)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    with tempfile.TemporaryDirectory(prefix="pyroblur-guide-") as place:
        made = wanted.home or Path(place) / "made"
        if not made.exists():
            _make(made, wanted.weights)
        for language in wanted.language or LANGUAGES:
            home = Path(place) / f"home-{language}"
            shutil.copytree(made, home)
            environment = _environment(home) | {"PYROBLUR_LANG": language}
            command = [sys.executable, __file__, str(wanted.folder), "--inside", language]
            command += [part for chapter in wanted.chapter for part in ("--chapter", chapter)]
            worst = max(worst, subprocess.run(command, env=environment, check=False).returncode)
    if wanted.docs:
        _keep(wanted.folder, wanted.docs / "guide")
    return worst


def _environment(home: Path) -> dict[str, str]:
    return {
        **os.environ, "PYROBLUR_HOME": str(home), "QT_SCALE_FACTOR": "1", "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests"))),
    }  # fmt: skip


def _make(home: Path, weights: Path | None) -> None:
    """A data set, what two models are worth on it, and two trainings with it: by the command line."""
    home.mkdir(parents=True)
    os.environ["PYROBLUR_HOME"] = str(home)
    from tests.ui.training.training_screenshots import make_people

    make_people(DATA)
    program = [sys.executable, "-m", "pyroblur_gui"]
    base = ["--model", str(weights)] if weights else ["--model", str(NETWORK), "--from-scratch"]
    sets = ("epochs=6", "batch=4", "imgsz=160", "warmup_epochs=1", "lr0=0.001")
    settings = [part for each in sets for part in ("--set", each)]
    for command in (
        ["benchmark", "--model", "thorough", "--model", "fast", "--data", DATA, "--speed", "--seconds", "0.5"],
        ["train", "--data", DATA, "--name", "first", *base, *settings],
        ["train", "--data", DATA, "--name", "second", *base, *settings, "--set", "lr0=0.002"],
    ):
        print(" ".join(command), flush=True)
        subprocess.run([*program, *command], env=_environment(home), check=True)


def _take(folder: Path, language: str, only: list[str]) -> int:
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop, tempfile.TemporaryDirectory(prefix="pyroblur-media-") as media:
        loop.run_until_complete(_Camera(Session(application), folder, language, Path(media)).run(only))
    return 0


class _Camera:
    """Drives one session through the chapters of the guide."""

    def __init__(self, session, folder: Path, language: str, media: Path) -> None:
        self.session, self.folder, self.language, self.media = session, folder, language, media

    async def run(self, only: list[str]) -> None:
        from pyroblur_gui.core.settings import ColorScheme

        self.window = self.session.open()
        self.session._theme.use(ColorScheme.LIGHT)
        self.window.resize(*SIZE)
        self.session.connect_jobs()
        self.tab = self.window.blur
        for chapter in (
            self.start, self.queue, self.compare, self.datasets, self.training, self.benchmark, self.runs,
            self.settings, self.pack,
        ):  # fmt: skip
            if not only or chapter.__name__ in only:
                await chapter()
        self.window.close_at_once()
        await self.session.close()

    async def start(self) -> None:
        await self.shoot("start")

    async def queue(self) -> None:
        """Files of which one is being covered; the options beside them."""
        from tests.ui.screenshots import _pictures, make_clip

        pictures = _pictures()
        for name, picture in pictures.items():
            shutil.copy(picture, self.media / f"{name}.jpg")
        make_clip(pictures["zidane"], self.media / "walk.mp4", seconds=2)
        self.tab.add([self.media / name for name in ("bus.jpg", "walk.mp4", "zidane.jpg")])
        await self.until(lambda: sum(item.facts is not None for item in self.tab.model.items()) == 3)
        self.choose("bus.jpg")
        await self.until(lambda: self.tab.preview.picture._after is not None)
        await self.shoot("options")
        self.tab.commands.start.trigger()
        self.choose("walk.mp4")
        await self.until(lambda: self.tab.preview.picture.is_live and (self.item("walk.mp4").fraction or 0) > 0.3)
        await self.shoot("queue")

    async def compare(self) -> None:
        """A result and its source, on both sides of the divider."""
        from tests.ui.screenshots import _pictures

        if not self.tab.model.items():  # this chapter by itself
            shutil.copy(ROOT / "packaging" / "demo" / "bus.jpg", self.media / "bus.jpg")
            shutil.copy(_pictures()["zidane"], self.media / "zidane.jpg")
            self.tab.add([self.media / "bus.jpg", self.media / "zidane.jpg"])
            await self.until(lambda: sum(item.facts is not None for item in self.tab.model.items()) == 2)
            self.tab.commands.start.trigger()
        await self.until(lambda: self.window._last.finished >= len(self.tab.model.items()))
        self.choose("zidane.jpg")  # a face on either side of the divider
        await asyncio.sleep(2.5)
        await self.shoot("compare")

    async def datasets(self) -> None:
        self.window.show_tab("datasets")
        await self.until(lambda: self.window.datasets.gallery.model.rowCount() > 0)
        await asyncio.sleep(12.0)  # until all that is seen has its thumbnail
        await self.shoot("datasets")

    async def training(self) -> None:
        self.window.show_tab("training")
        tab = self.window.training
        await self.until(lambda: tab.live.board is not None and len(tab.wiring.presenter.lines()) == 2)
        await asyncio.sleep(4.0)  # charts are made one by one
        bar = tab.live.board.verticalScrollBar()
        bar.setValue(bar.maximum() * 2 // 5)  # what a small network learns in a minute is seen in its losses
        await self.shoot("training")

    async def benchmark(self) -> None:
        self.window.show_tab("benchmark")
        await self.until(lambda: self.window.benchmark.results.result is not None)
        await asyncio.sleep(1.0)
        await self.shoot("benchmark")

    async def runs(self) -> None:
        self.window.show_tab("runs")
        tab = self.window.runs
        await self.until(lambda: len(tab.table.model.rows) == 2)
        tab.table.choose([row.id for row in tab.table.model.rows])
        await self.until(lambda: tab.compare.charts and len(tab.compare.charts[0].figure.curves) == 2)
        await asyncio.sleep(1.0)
        bar = tab.compare._curves.verticalScrollBar()
        bar.setValue(bar.maximum())
        await self.shoot("runs")

    async def settings(self) -> None:
        from pyroblur_gui.ui.dialogs.settings import SettingsDialog

        self.window._show_settings()
        (dialog,) = self.window.findChildren(SettingsDialog)
        await self.shoot("settings", dialog)
        dialog.close()

    async def pack(self) -> None:
        """What the Training tab shows in a program without PyTorch, which is not this one."""
        from pyroblur_gui.pack.place import State, Status
        from pyroblur_gui.pack.spec import Sources
        from pyroblur_gui.ui.tabs.training.pack_page import PackPage
        from pyroblur_gui.ui.tabs.training.pack_wording import offer

        page = PackPage()
        page.resize(900, 420)
        page.show()
        page.show_offer(offer(Status(State.ABSENT), Sources()), has_runs=False)
        await self.shoot("pack", page)
        page.close()

    # -- tools

    def item(self, name: str):
        return next(item for item in self.tab.model.items() if item.source.name == name)

    def choose(self, name: str) -> None:
        self.tab.queue.choose(self.item(name).id)

    async def until(self, condition: Callable[[], bool]) -> None:
        from tests.ui.desk import until

        await until(condition, LIMIT_S)

    async def shoot(self, name: str, widget=None) -> None:
        await asyncio.sleep(0.5)
        (widget or self.window).grab().save(str(self.folder / f"{name}-{self.language}.png"))
        print(self.language, name, flush=True)


def _keep(folder: Path, guide: Path) -> None:
    from PIL import Image

    guide.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*-??.png")):
        picture = Image.open(path).convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(guide / f"{path.stem}.webp", quality=80, method=6)


if __name__ == "__main__":
    sys.exit(main())
