# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of the Runs tab: python tests/ui/runs/runs_screenshots.py FOLDER --home HOME

The program itself under Xvfb, light and dark, at 1x and 2x, with the runs of a PYROBLUR_HOME with trainings in it
(a copy of it: nothing is changed there). PLAN: the plan that is shown. Look at what it makes; a test cannot.
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
KEPT = ("runs-curves-dark-2x", "runs-parallel-light-1x", "runs-plans-light-1x", "runs-promote-light-1x")
WIDEST = 1600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--plan", default="")
    parser.add_argument("--look", action="append", default=[], help="e.g. dark-2x")
    parser.add_argument("--docs", type=Path, help="copy a choice of them here, small enough to be kept")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return take(wanted.folder, wanted.inside, wanted.plan)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for scheme, scale in LOOKS:
        look = f"{scheme}-{scale}x"
        if wanted.look and look not in wanted.look:
            continue
        with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as temporary:
            home = Path(temporary) / "home"
            shutil.copytree(wanted.home, home, ignore=shutil.ignore_patterns("*.pt", "mlflow"))
            screen = f"-screen 0 {SIZE[0] * scale}x{SIZE[1] * scale}x24"
            command = ["xvfb-run", "-a", "-s", screen, sys.executable, __file__, str(wanted.folder), "--inside", look]
            command += ["--home", str(home), "--plan", wanted.plan]
            environment = {
                **os.environ, "PYROBLUR_HOME": str(home), "QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "xcb",
                "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests"))),
            }  # fmt: skip
            worst = max(worst, subprocess.run(command, env=environment, check=False).returncode)
    if wanted.docs:
        keep(wanted.folder, wanted.docs)
    return worst


def keep(folder: Path, docs: Path) -> None:
    from PIL import Image

    for name in KEPT:
        if (folder / f"{name}.png").exists():
            picture = Image.open(folder / f"{name}.png").convert("RGB")
            picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
            picture.save(docs / f"{name}.webp", quality=86, method=6)


def take(folder: Path, look: str, plan: str) -> int:
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(Camera(Session(application), folder, look, plan).run())
    return 0


class Camera:
    """Drives one session through the scenes."""

    def __init__(self, session, folder: Path, look: str, plan: str) -> None:
        self.session, self.folder, self.look, self.plan = session, folder, look, plan

    async def run(self) -> None:
        from pyroblur_gui.core.settings import ColorScheme

        self.window = self.session.open()
        self.session._theme.use(ColorScheme(self.look.partition("-")[0]))
        self.window.resize(*SIZE)
        self.session.connect_jobs()
        self.tab = self.window.runs
        self.window.show_tab("runs")
        await self.until(lambda: bool(self.tab.table.model.rows))
        await self.shoot("table")
        self.tab.table.choose([row.id for row in self.tab.table.model.rows][:8])
        await self.until(lambda: bool(self.tab.compare.charts) and bool(self.tab.compare.charts[-1].figure.curves))
        await asyncio.sleep(1.0)
        for view in ("curves", "differences", "parallel", "scatter"):
            self.tab.compare.views.set_value(view)
            await self.shoot(view)
        self.tab.table.choose([self.tab.table.model.rows[0].id])
        self.tab.compare.views.set_value("details")
        await asyncio.sleep(1.0)
        await self.shoot("details")
        self.tab.views.set_value("plans")
        if self.plan:
            box = self.tab.plans.plans
            box.setCurrentIndex(box.findData(self.plan))
            box.activated.emit(box.currentIndex())
            await asyncio.sleep(1.0)
        await self.until(lambda: bool(self.tab.plans.matrices))
        await self.shoot("plans")
        self.window.resize(960, 600)
        await self.shoot("plans-small")
        self.window.resize(*SIZE)
        self.tab.views.set_value("models")
        await self.shoot("models")
        self.tab.models.promote_button.click()
        dialog = self.tab.wiring.dialog
        dialog.model.setCurrentIndex(dialog.model.count() - 1)  # the newest, of a training
        dialog.draft_button.click()
        await self.until(lambda: bool(dialog.record.toPlainText()), 180.0)
        await self.shoot("promote", dialog)
        dialog.reject()
        self.window.close_at_once()
        await self.session.close()

    async def until(self, condition: Callable[[], bool], timeout_s: float = 120.0) -> None:
        for _ in range(int(timeout_s / 0.05)):
            if condition():
                return
            await asyncio.sleep(0.05)
        message = f"{self.look}: not in time"
        raise TimeoutError(message)

    async def shoot(self, scene: str, widget=None) -> None:
        await asyncio.sleep(0.4)
        (widget or self.window).grab().save(str(self.folder / f"runs-{scene}-{self.look}.png"))
        print(self.look, scene, flush=True)


if __name__ == "__main__":
    sys.exit(main())
