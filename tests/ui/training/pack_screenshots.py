# ruff: noqa: T201 - a script that says how far it is
"""Takes pictures of what the Training tab offers without torch: PYTHON tests/ui/training/pack_screenshots.py FOLDER

PYTHON is one in which PyroBlur is installed without torch: tests/packed.py makes one, and a folder of wheels. Look at
what it makes; a test cannot.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

LOOKS = ("light-1x", "dark-1x", "light-2x", "dark-2x")
SIZE = (1360, 850)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wheels", type=Path, required=True)
    parser.add_argument("--look", action="append", default=[])
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return take(wanted.folder, wanted.inside, wanted.wheels)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for look in wanted.look or LOOKS:
        scale = look[-2]
        with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as home:
            screen = f"-screen 0 {SIZE[0] * int(scale)}x{SIZE[1] * int(scale)}x24"
            command = ["xvfb-run", "-a", "-s", screen, sys.executable, __file__, str(wanted.folder), "--inside", look]
            command += ["--wheels", str(wanted.wheels)]
            environment = {**os.environ, "PYROBLUR_HOME": home, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "xcb"}
            worst = max(worst, subprocess.run(command, env=environment, check=False).returncode)
    return worst


def take(folder: Path, look: str, wheels: Path) -> int:
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(shoot_all(Session(application), folder, look, wheels))
    return 0


async def shoot_all(session, folder: Path, look: str, wheels: Path) -> None:
    from pyroblur_gui.core.settings import ColorScheme
    from pyroblur_gui.pack.spec import Sources, sources_file
    from pyroblur_gui.ui.dialogs.question import Question
    from pyroblur_gui.ui.tabs.training.pack_dialog import PackDialog

    window = session.open()
    session._theme.use(ColorScheme(look.partition("-")[0]))
    window.resize(*SIZE)
    session.connect_jobs()
    window.show_tab("training")
    tab = window.training

    async def shoot(name: str, widget=None) -> None:
        await asyncio.sleep(0.5)
        (widget or window).grab().save(str(folder / f"pack-{name}-{look}.png"))
        print(look, name, flush=True)

    async def until(condition) -> None:
        while not condition():  # noqa: ASYNC110 - looks at widgets
            await asyncio.sleep(0.1)

    await until(tab.pack.isVisible)
    await shoot("offer")
    tab.commands.pack.trigger()
    await shoot("dialog", tab.findChild(PackDialog))
    tab.findChild(PackDialog).reject()
    sources_file().save(Sources(wheels=wheels / "not-there"))
    tab.pack.get_button.click()
    await until(lambda: not tab.pack.is_busy)
    await shoot("problem")
    sources_file().save(Sources(wheels=wheels, python=sys.executable))
    tab.pack.get_button.click()
    await until(lambda: tab.findChild(Question) is not None)
    await shoot("question", tab.findChild(Question))
    tab.findChild(Question).buttons["get"].click()
    await until(lambda: "of" in tab.pack.line)
    await shoot("progress")
    await until(lambda: not tab.pack.is_busy)
    await shoot("done")
    window.close_at_once()
    await session.close()


if __name__ == "__main__":
    sys.exit(main())
