# ruff: noqa: T201 - a script that says how far it is
"""Takes the guide's pictures of the main window: python tests/ui/guide_screenshots.py FOLDER [--docs docs]

In both languages, in light and dark and at 1x and 2x, with the photo of the demo in the list; without a screen (Qt's
platform "offscreen"). With --docs, the guide's own pictures and a choice of the others are kept there. The many states
of the window are pictured by screenshots.py.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "packaging" / "demo" / "bus.jpg"
SIZE = (1360, 850)
PREVIEW_S = 120.0
LOOKS = [(language, scheme, scale) for language in ("en", "fr") for scheme in ("light", "dark") for scale in (1, 2)]
KEPT = ("start-fr-light-1x", "start-fr-dark-2x")
WIDEST = 1600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", action="append", default=[], help="e.g. fr-dark-2x")
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return _take(wanted.folder, wanted.inside)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for language, scheme, scale in LOOKS:
        look = f"{language}-{scheme}-{scale}x"
        if wanted.look and look not in wanted.look:
            continue
        with tempfile.TemporaryDirectory(prefix="pyroblur-guide-") as home:
            environment = {
                **os.environ, "PYROBLUR_HOME": home, "PYROBLUR_LANG": language, "QT_SCALE_FACTOR": str(scale),
                "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT),
            }  # fmt: skip
            command = [sys.executable, __file__, str(wanted.folder), "--inside", look]
            worst = max(worst, subprocess.run(command, env=environment, check=False).returncode)
    if wanted.docs:
        _keep(wanted.folder, wanted.docs)
    return worst


def _take(folder: Path, look: str) -> int:
    import qasync

    from pyroblur_gui.core.settings import ColorScheme
    from pyroblur_gui.ui.app import Session, first_painting, make_application

    async def play() -> None:
        session = Session(application)
        window = session.open()
        session._theme.use(ColorScheme(look.split("-")[1]))
        window.resize(*SIZE)
        await first_painting()
        session.connect_jobs()
        await asyncio.sleep(0.5)
        window.grab().save(str(folder / f"start-{look}.png"))
        print(f"start-{look}", flush=True)
        window.add_files([PHOTO])
        picture = window.blur.preview.picture
        end = asyncio.get_running_loop().time() + PREVIEW_S
        while picture._after is None and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.5)
        window.grab().save(str(folder / f"main-{look}.png"))
        for name in ("datasets", "training", "benchmark", "runs"):
            window.show_tab(name)
            await asyncio.sleep(1.0)
            window.grab().save(str(folder / f"{name}-{look}.png"))
        print(look, flush=True)
        await session.close()

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(play())
    return 0


def _keep(folder: Path, docs: Path) -> None:
    from PIL import Image

    (docs / "guide").mkdir(parents=True, exist_ok=True)
    for language in ("en", "fr"):  # PNG of few colours: the guide is shown by Qt, which may lack WebP
        picture = Image.open(folder / f"start-{language}-light-1x.png").convert("RGB")
        picture.thumbnail((1000, 1000), Image.Resampling.LANCZOS)
        picture.quantize(128).save(docs / "guide" / f"start-{language}-light.png", optimize=True)
    for name in KEPT:
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(docs / "screenshots" / f"{name}.webp", quality=86, method=6)


if __name__ == "__main__":
    sys.exit(main())
