# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the real window in every state: python tests/ui/screenshots.py FOLDER [--scene NAME ...]

Runs the program itself, with its real worker, on copies of Ultralytics' sample pictures and clips made of them, under
Xvfb (which must be installed), in light and dark and at 1x and 2x. Look at what it makes; a test cannot.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

LOOKS = [(scheme, scale) for scheme in ("light", "dark") for scale in (1, 2)]
SIZE = (1320, 840)
# what docs/screenshots shows: every state once, each look several times
KEPT = (
    "empty-light-1x", "held_over-dark-1x", "added-light-2x", "confidence-light-1x", "running-dark-1x", "done-dark-2x",
    "look-light-1x", "failed-dark-1x", "many-light-2x", "resume-dark-1x", "settings-dark-2x",
)  # fmt: skip
WIDEST = 1600  # of a kept picture, in pixels


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scene", action="append", default=[])
    parser.add_argument("--look", action="append", default=[], help="e.g. dark-2x")
    parser.add_argument("--language", choices=("en", "fr"), default="en")
    parser.add_argument("--docs", type=Path, help="copy a choice of them here, small enough to be kept")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return take(wanted.folder, wanted.inside, wanted.scene)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for scheme, scale in LOOKS:
        look = f"{scheme}-{scale}x"
        if wanted.look and look not in wanted.look:
            continue
        with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as home:
            screen = f"-screen 0 {SIZE[0] * scale}x{SIZE[1] * scale}x24"
            command = ["xvfb-run", "-a", "-s", screen, sys.executable, __file__, str(wanted.folder), "--inside", look]
            command += [part for scene in wanted.scene for part in ("--scene", scene)]
            environment = {
                **os.environ, "PYROBLUR_HOME": home, "QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "xcb",
                "PYROBLUR_LANG": wanted.language,
                "PYTHONPATH": str(Path(__file__).parents[2]),
            }  # fmt: skip
            worst = max(worst, subprocess.run(command, env=environment, check=False).returncode)
    if wanted.docs:
        keep(wanted.folder, wanted.docs)
    return worst


def keep(folder: Path, docs: Path) -> None:
    """As WebP, which makes a tenth of them."""
    from PIL import Image

    docs.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(docs / f"{name}.webp", quality=86, method=6)


def take(folder: Path, look: str, only: list[str]) -> int:
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop, tempfile.TemporaryDirectory(prefix="pyroblur-media-") as media:
        session = Session(application)
        loop.run_until_complete(Camera(session, folder, look, Path(media)).run(only))
    return 0


class Camera:
    """Drives one session through the scenes."""

    def __init__(self, session, folder: Path, kind: str, media: Path) -> None:
        self.session, self.folder, self.kind, self.media = session, folder, kind, media

    async def run(self, only: list[str]) -> None:
        from pyroblur_gui.core.settings import ColorScheme

        self.window = self.session.open()
        self.session._theme.use(ColorScheme(self.kind.partition("-")[0]))
        self.window.resize(*SIZE)
        self.session.connect_jobs()
        self.tab = self.window.blur
        scenes: list[Callable[[], Awaitable[None]]] = [
            self.empty, self.held_over, self.added, self.options, self.running, self.done, self.failed, self.look,
            self.many, self.settings, self.about, self.closing,
        ]  # fmt: skip
        for scene in scenes:
            if not only or scene.__name__ in only:
                print(self.kind, scene.__name__, flush=True)
                await scene()
        self.window.close_at_once()
        await self.session.close()

    async def empty(self) -> None:
        await self.shoot("empty")

    async def held_over(self) -> None:
        self.tab.light(is_lit=True)
        await self.shoot("held_over")
        self.tab.light(is_lit=False)

    async def added(self) -> None:
        await self.fill()
        await self.show("zidane.jpg")
        await asyncio.sleep(1.0)
        await self.shoot("added")
        self.tab.light(is_lit=True)
        await self.shoot("held_over_list")
        self.tab.light(is_lit=False)
        await self.show("walk.mp4")
        self.tab.wiring.inspector.seek(3.0)
        await asyncio.sleep(1.5)
        self.tab.options.form.control("classes").widget.rows()[0]._slider.setValue(70)
        await asyncio.sleep(1.0)
        await self.shoot("confidence")
        self.tab.options.form.control("classes").widget.rows()[0]._reset.click()

    async def options(self) -> None:
        from PySide6.QtWidgets import QScrollArea

        self.tab.options.form.advanced.set_open(True)
        self.tab.options.form.control("style").widget.set_value("solid")
        await asyncio.sleep(0.2)
        self.tab.options.findChild(QScrollArea).verticalScrollBar().setValue(10_000)
        await self.shoot("options")
        self.tab.options.form.advanced.set_open(False)
        self.tab.options.form.control("style").widget.set_value("blur")

    async def running(self) -> None:
        if not self.tab.model.items():
            await self.fill()
        self.tab.commands.start.trigger()
        await self.until(lambda: self.state("walk.mp4") == "running")
        await self.show("walk.mp4")
        await self.until(lambda: self.tab.preview.picture.is_live and (self.item("walk.mp4").fraction or 0) > 0.3)
        await self.shoot("running")
        await self.until(lambda: self.window._last.finished + self.window._last.failed >= 4, 240)

    async def done(self) -> None:
        await self.show("walk.mp4")
        self.tab.wiring.inspector.seek(3.0)
        await asyncio.sleep(2.5)
        await self.shoot("done")

    async def failed(self) -> None:
        await self.show("damaged.jpg")
        await asyncio.sleep(0.5)
        await self.shoot("failed")

    async def look(self) -> None:
        await self.show("bus.jpg")
        await asyncio.sleep(2.0)
        await self.shoot("look")
        self.tab.wiring.offer_resume(2)
        await self.shoot("resume")
        self.tab.banner.hide()

    async def many(self) -> None:
        many = self.media / "holiday"
        many.mkdir()
        pictures = sorted(_pictures().values())
        for number in range(200):
            shutil.copy(pictures[number % 2], many / f"IMG_{2041 + number}.jpg")
        self.tab.add([many])
        await self.until(lambda: len(self.tab.model.items()) >= 200)
        await asyncio.sleep(2.0)
        self.tab.queue.choose(self.tab.model.items()[-150].id)
        self.tab.commands.start.trigger()
        await self.until(lambda: self.window._last.finished >= 9, 120)
        await self.shoot("many")
        self.tab.commands.pause_all.trigger()
        await asyncio.sleep(0.5)
        await self.shoot("paused")

    async def settings(self) -> None:
        from pyroblur_gui.ui.dialogs.settings import SettingsDialog

        self.window._show_settings()
        await self.shoot_dialog("settings", SettingsDialog)

    async def about(self) -> None:
        from pyroblur_gui.ui.dialogs.about import AboutDialog

        AboutDialog(self.window.help.engine, self.window).open()
        await self.shoot_dialog("about", AboutDialog)

    async def closing(self) -> None:
        from pyroblur_gui.ui.dialogs.closing import ClosingDialog
        from pyroblur_gui.ui.tabs.blur.items import Summary

        ClosingDialog(Summary(running=1, waiting=41), self.window).open()
        await self.shoot_dialog("closing", ClosingDialog)

    # -- tools

    async def fill(self) -> None:
        pictures = _pictures()
        for name, picture in pictures.items():
            shutil.copy(picture, self.media / f"{name}.jpg")
        make_clip(pictures["zidane"], self.media / "walk.mp4")
        (self.media / "damaged.jpg").write_bytes(pictures["bus"].read_bytes()[:300])
        names = ("zidane.jpg", "walk.mp4", "bus.jpg", "damaged.jpg")
        self.tab.add([self.media / name for name in names])
        await self.until(lambda: len(self.tab.model.items()) == len(names))
        await self.until(lambda: sum(item.facts is not None for item in self.tab.model.items()) >= 3)

    def item(self, name: str):
        return next(item for item in self.tab.model.items() if item.source.name == name)

    def state(self, name: str) -> str:
        return self.item(name).state.value

    async def show(self, name: str) -> None:
        self.tab.queue.choose(self.item(name).id)
        await asyncio.sleep(0.5)

    async def until(self, condition: Callable[[], bool], timeout_s: float = 90.0) -> None:
        for _ in range(int(timeout_s / 0.02)):
            if condition():
                return
            await asyncio.sleep(0.02)
        print("  did not come about:", self.window._last, flush=True)

    async def shoot(self, name: str) -> None:
        await asyncio.sleep(0.3)
        self.window.grab().save(str(self.folder / f"{name}-{self.kind}.png"))

    async def shoot_dialog(self, name: str, kind: type) -> None:
        await asyncio.sleep(0.4)
        (dialog,) = self.window.findChildren(kind)
        dialog.grab().save(str(self.folder / f"{name}-{self.kind}.png"))
        dialog.close()
        await asyncio.sleep(0.1)


def _pictures() -> dict[str, Path]:
    spec = find_spec("ultralytics")
    assert spec is not None
    assert spec.submodule_search_locations
    assets = Path(spec.submodule_search_locations[0]) / "assets"
    return {name: assets / f"{name}.jpg" for name in ("bus", "zidane")}


def make_clip(picture: Path, target: Path, *, seconds: int = 8) -> None:
    """A clip that pans over the picture: 960 x 540, 30 frames a second."""
    import av
    import numpy as np
    from PIL import Image

    whole = np.asarray(Image.open(picture).convert("RGB"))
    count = seconds * 30
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(30), options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        for number in range(count):
            left = round((whole.shape[1] - 960) * (0.5 + 0.5 * np.sin(number / count * 6.28)))
            top = round((whole.shape[0] - 540) * number / count)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(whole[top : top + 540, left : left + 960]))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


if __name__ == "__main__":
    sys.exit(main())
