"""The largest gap in the window's event loop while a job runs and the slider is dragged.

python tests/benchmarks/window_loop.py --clip FILE --photo FILE [--seconds 20] [--files 200]
[--write docs/benchmarks.md]. A timer of 5 ms notes how late it is: while the window rests, while the clip is covered
with live frames on show, while the confidence slider and the time line are moved beside that, and while many files are
added and scrolled through.
"""

# ruff: noqa: T201 - a script that prints its figures
import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from figures import taken, write_section

INTERVAL_MS = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, required=True)
    parser.add_argument("--photo", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--write", type=Path, help="keep the figures in this file, too")
    wanted = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    with tempfile.TemporaryDirectory() as home:
        os.environ["PYROBLUR_HOME"] = home
        application = make_application()
        loop = qasync.QEventLoop(application)
        asyncio.set_event_loop(loop)
        with loop:
            loop.run_until_complete(Measurement(Session(application), Path(home)).run(wanted))
    return 0


class Gaps:
    """How late each tick of a timer is."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.rows: list[str] = []
        self._gaps_ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(INTERVAL_MS)

    def report(self, what: str) -> None:
        """Prints what was noted since the last report."""
        late = sorted(self._gaps_ms) or [0.0]
        share = late[int(len(late) * 0.999) - 1]
        print(f"{what:36} largest gap {late[-1]:5.1f} ms, 99.9 % within {share:5.1f} ms", flush=True)
        self.rows.append(f"| {what} | {late[-1]:.0f} | {share:.0f} |")
        self._gaps_ms.clear()
        self._last = time.perf_counter()

    def stop(self) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._gaps_ms.append((now - self._last) * 1000)
        self._last = now


class Measurement:
    def __init__(self, session, home: Path) -> None:
        self._session, self._home = session, home

    async def run(self, wanted: argparse.Namespace) -> None:
        self._window = self._session.open()
        self._tab = self._window.blur
        self._session.connect_jobs()
        await asyncio.sleep(1.0)
        gaps = Gaps()
        await asyncio.sleep(2.0)
        gaps.report("at rest")
        await self._preview(wanted.clip)
        gaps.report("a file is added and previewed")
        self._tab.commands.start.trigger()
        await self._until(lambda: self._tab.preview.picture.is_live)
        await asyncio.sleep(wanted.seconds)
        gaps.report("a job runs, live frames shown")
        await self._drag(wanted.seconds)
        gaps.report("slider and time line are dragged too")
        for name in ("datasets", "training", "benchmark", "runs", "blur"):
            self._window.show_tab(name)
            await asyncio.sleep(1.0)
            gaps.report(f"the tab {name} is opened")
        folder = self._copies(wanted.photo, wanted.files)
        gaps.report("(files are copied)")
        await self._add_and_scroll(folder, wanted.files)
        gaps.report(f"{wanted.files} files are added and scrolled")
        self._tab.commands.start.trigger()
        await asyncio.sleep(3.0)
        gaps.report(f"{wanted.files} files are handed over")
        gaps.stop()
        if wanted.write:
            table = ["", "| while | largest gap, ms | 99.9 % within, ms |", "|---|---|---|", *gaps.rows]
            where = f"A timer of {INTERVAL_MS} ms; the goal is no gap over 50 ms while a job runs."
            write_section(
                wanted.write, "The window's event loop", [taken("tests/benchmarks/window_loop.py"), where, *table]
            )
        self._window.close_at_once()
        await self._session.close()

    async def _preview(self, source: Path) -> None:
        clip = self._home / source.name
        shutil.copy(source, clip)
        self._window.add_files([clip])
        await self._until(lambda: self._tab.preview.picture.is_comparing)

    async def _drag(self, seconds: float) -> None:
        slider = self._tab.options.form.control("classes").widget.rows()[0]._slider
        end, step = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            step += 1
            slider.setValue(5 + step % 80)
            self._tab.wiring.inspector.seek((step % 40) / 10)
            await asyncio.sleep(0.03)

    def _copies(self, photo: Path, count: int) -> Path:
        folder = self._home / "many"
        folder.mkdir()
        for number in range(count):
            shutil.copy(photo, folder / f"{number}.jpg")
        return folder

    async def _add_and_scroll(self, folder: Path, count: int) -> None:
        self._tab.add([folder])
        await self._until(lambda: len(self._tab.model.items()) > count)
        for place in range(40):
            self._tab.queue.list.verticalScrollBar().setValue(place * 200)
            await asyncio.sleep(0.03)

    async def _until(self, condition: Callable[[], bool]) -> None:
        for _ in range(6000):
            if condition():
                return
            await asyncio.sleep(0.01)
        message = "it did not happen in a minute"
        raise TimeoutError(message)


if __name__ == "__main__":
    sys.exit(main())
