"""A program without torch gets its training pack by its window: PYTHON a_window_that_gets_a_pack.py WHEELS PYTHON

Run by the Python of a program that was installed without torch (tests/packed.py); prints what it saw, a line a step.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import qasync
from PySide6.QtCore import Qt

from pyroblur_gui.pack.spec import Sources, sources_file
from pyroblur_gui.ui.app import make_application
from pyroblur_gui.ui.dialogs.closing import Answer
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.session import Session

LIMIT_S = 600.0


async def get(session: Session, wheels: Path, python: str) -> None:
    window = session.open()
    session.connect_jobs()
    window.show_tab("training")
    tab = window.training
    await until(lambda: hasattr(tab, "pack") and tab.pack.isVisible())
    tell("offered", tab.pack.blank.heading)
    sources_file().save(Sources(wheels=wheels / "absent"))
    tab.pack.get_button.click()
    await until(lambda: bool(tab.pack.problem))
    tell("refused", tab.pack.problem)
    sources_file().save(Sources(wheels=wheels, python=python))
    tab.pack.get_button.click()
    await until(lambda: tab.findChild(Question) is not None)
    tab.findChild(Question).buttons["get"].click()
    await until(lambda: "Installing" in tab.pack.line)
    window.close()
    question = window.findChild(Question, options=Qt.FindChildOption.FindDirectChildrenOnly)
    question.buttons[Answer.STAY].click()
    tell("asked", f"{window.isVisible() and tab.pack.is_busy}")
    tab.pack.cancel_button.click()
    await until(lambda: not tab.pack.is_busy)
    tell("cancelled", f"{tab.pack.get_button.isVisible()}")
    tab.pack.get_button.click()
    await until(lambda: tab.findChild(Question) is not None)
    tab.findChild(Question).buttons["get"].click()
    await until(lambda: tab.pack.is_busy)
    await until(lambda: not tab.pack.is_busy)
    tell("made", f"{tab.pack.problem}{tab.start.isVisible()}")
    window.close_at_once()
    await session.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - looks at widgets
            await asyncio.sleep(0.05)


def tell(step: str, text: str) -> None:
    sys.stdout.write(f"{step}: {text}\n")
    sys.stdout.flush()


def main() -> None:
    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(get(Session(application), Path(sys.argv[1]), sys.argv[2]))


if __name__ == "__main__":
    main()
