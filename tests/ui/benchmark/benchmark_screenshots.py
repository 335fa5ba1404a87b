# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the Benchmark tab: python tests/ui/benchmark/benchmark_screenshots.py FOLDER [--docs FOLDER]

The real window, drawn to memory, light and dark, with the result of two models on a small data set. Look at what it
makes; a test cannot. --result shows the folder of a real benchmark instead, without its gallery: pictures that it was
measured on may be nobody's to show. One that was measured on the small data set itself is shown with it.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
LOOKS = [(scheme, scale) for scheme in ("light", "dark") for scale in (1, 2)]
SIZE = (1360, 850)
VIEWS = ("empty", "summary", "curves", "leaks", "gallery", "speed")
KEPT = (*(f"benchmark-{view}-light-1x" for view in VIEWS), "benchmark-summary-dark-2x", "benchmark-speed-dark-2x")
WIDEST = 1600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", action="append", default=[], help="e.g. dark-2x")
    parser.add_argument("--docs", type=Path, help="copy a choice of them here, small enough to be kept")
    parser.add_argument("--result", type=Path, help="folder of a benchmark to show")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return take(wanted.folder, wanted.inside, wanted.result)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for scheme, scale in LOOKS:
        look = f"{scheme}-{scale}x"
        if wanted.look and look not in wanted.look:
            continue
        with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as home:
            command = [sys.executable, __file__, str(wanted.folder), "--inside", look]
            command += ["--result", str(wanted.result)] if wanted.result else []
            environment = {
                **os.environ, "PYROBLUR_HOME": home, "QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "offscreen",
                "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests"))),
            }  # fmt: skip
            worst = max(worst, subprocess.run(command, env=environment, check=False).returncode)
    if wanted.docs:
        keep(wanted.folder, wanted.docs)
    return worst


def keep(folder: Path, docs: Path) -> None:
    from PIL import Image

    for name in KEPT:
        if not (folder / f"{name}.png").exists():
            continue
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(docs / f"{name}.webp", quality=86, method=6)


def take(folder: Path, look: str, result: Path | None) -> int:
    import qasync

    from pyroblur_gui.ui.app import Session, make_application

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(Camera(Session(application), folder, look, result).run())
    return 0


class Camera:
    def __init__(self, session, folder: Path, look: str, result: Path | None) -> None:
        self.session, self.folder, self.look, self.result = session, folder, look, result

    async def run(self) -> None:
        from pyroblur_gui.benchmark import store
        from pyroblur_gui.core.settings import ColorScheme
        from tests.ui.benchmark.benchmark_desk import make_faces, make_result, open_tab

        window = self.session.open()
        self.session._theme.use(ColorScheme(self.look.partition("-")[0]))
        window.resize(*SIZE)
        self.session.connect_jobs()
        self.tab = await open_tab(self.session)
        await self.shoot("empty")
        assets = Path(find_spec("ultralytics").submodule_search_locations[0]) / "assets"
        make_faces({"zidane": assets / "zidane.jpg"})
        if self.result is None:
            make_result()
        else:
            shutil.copytree(self.result, store.benchmarks_folder() / "20260102-030405-thorough-fast")
        await self.tab.wiring.presenter.refresh()
        await self.until(lambda: self.tab.results.result is not None)
        every = ("summary", "curves", "leaks", "gallery", "speed")
        shown = self.tab.results.result
        is_own = shown is not None and shown.data is not None and shown.data.dataset == "faces"
        for view in every if is_own else [view for view in every if view != "gallery"]:
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
