"""How soon the gallery shows a data set of 100,000 pictures, how smoothly it scrolls, and what memory it takes.

python tests/benchmarks/gallery.py [--pictures 100000] [--seconds 10]. Makes a data set whose rows are backed by a few
hundred real small pictures, opens it in the real window with its real worker, and notes: the time from choosing it
until the first page stands with its thumbnails, the largest gap in the window's event loop (a timer of 5 ms notes how
late it is) while opening, scrolling, jumping, filtering and editing, and the largest resident memory of the window.
"""

# ruff: noqa: T201 - a script that prints its figures
import argparse
import asyncio
import hashlib
import io
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FILES = 200
WAIT_S = 60.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to scroll")
    wanted = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[2]))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import qasync

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session

    with tempfile.TemporaryDirectory() as home:
        os.environ["PYROBLUR_HOME"] = home
        began = time.perf_counter()
        make_set("Large", wanted.pictures)
        make_set("Small", 8)
        print(f"{wanted.pictures:,} rows made in {time.perf_counter() - began:.1f} s")
        application = make_application()
        loop = qasync.QEventLoop(application)
        asyncio.set_event_loop(loop)
        with loop:
            loop.run_until_complete(Measurement(Session(application)).run(wanted.seconds))
    return 0


def make_set(name: str, count: int) -> None:
    """Rows with one to five boxes and some problems, over FILES pictures; their thumbnails are there, as after use."""
    from pyroblur_gui.datasets import store
    from pyroblur_gui.datasets.dataset import Box, Dataset, Picture, Problem, Provenance
    from pyroblur_gui.datasets.sample import Split
    from pyroblur_gui.datasets.thumbnails import Thumbnails

    dice = random.Random(1)  # noqa: S311 - no secret
    folder = store.folder_of(name)
    files = [_file(folder, number) for number in range(FILES)]
    splits = (*[Split.TRAIN] * 7, Split.VAL, Split.VAL, Split.TEST)
    with Dataset.create(folder, name=name, classes=("face", "license_plate")) as dataset:
        source = dataset.add_provenance(Provenance("folder", "Made up", "own"))
        for start in range(0, count, 5000):
            rows = []
            for number in range(start, min(count, start + 5000)):
                file, sha256, size = files[number % FILES]
                boxes = []
                for _ in range(dice.randint(0, 5)):
                    left, top, side = dice.random() * 0.8, dice.random() * 0.8, 0.01 + dice.random() * 0.19
                    boxes.append(Box(dice.randint(0, 1), left, top, left + side, top + side))
                place = file if number < FILES else f"{file}?{number}"
                picture = Picture(
                    id=0, file=place, name=f"street/IMG_{number:06d}.jpg", source=source, width=640, height=480,
                    size_bytes=size, sha256=sha256, likeness=bytes(32), split=splits[number % 10],
                    labelled=frozenset({0, 1}), boxes=tuple(boxes),
                )  # fmt: skip
                rows.append(picture)
            dataset.add(rows)
        dataset.keep_problems(
            Problem("tiny_box", "a tiny box", picture=number, box=0) for number in range(1, count, 50)
        )
        with Thumbnails(name) as kept:
            first = dataset.pictures(dataset.ids()[:FILES])
            kept.make(dataset, first, check_cancelled=lambda: None)


def _file(folder: Path, number: int) -> tuple[str, str, int]:
    from PIL import Image, ImageDraw

    image = Image.effect_noise((640, 480), 60).convert("RGB")
    ImageDraw.Draw(image).rectangle((100, 100, 300, 300), fill=(number % 256, 90, 160))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=85)
    file = f"images/{number % 256:02x}/{number}.jpg"
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.getvalue())
    return file, hashlib.sha256(data.getvalue()).hexdigest(), len(data.getvalue())


class Measurement:
    def __init__(self, session) -> None:
        self._session = session
        self._window = session.open()
        self._tab = self._window.datasets

    async def run(self, seconds: float) -> None:
        from window_loop import Gaps

        self._session.connect_jobs()
        self._window.show_tab("datasets")
        tab, gallery = self._tab, self._tab.gallery
        await self._until(lambda: self._is_complete() and self._is_counted())
        tab.wiring.presenter.choose("Small")
        await self._until(lambda: gallery.model.rowCount() == 8 and self._is_complete())
        await asyncio.sleep(1.0)
        gaps = Gaps()
        await asyncio.sleep(1.0)
        gaps.report("at rest")
        for _ in range(3):
            began = time.perf_counter()
            tab.wiring.presenter.choose("Large")
            await self._until(lambda: gallery.model.rowCount() > 8 and gallery.model.row(0) is not None)
            rows = time.perf_counter() - began
            await self._until(self._is_complete)
            print(f"first page: rows {rows * 1000:.0f} ms, thumbnails {(time.perf_counter() - began) * 1000:.0f} ms")
            await asyncio.sleep(0.5)
            tab.wiring.presenter.choose("Small")
            await self._until(lambda: gallery.model.rowCount() == 8 and self._is_complete())
        gaps.report("opened three times")
        tab.wiring.presenter.choose("Large")
        await self._until(lambda: gallery.model.rowCount() > 8 and self._is_complete())
        await self._scroll(gallery.grid.verticalScrollBar(), seconds)
        gaps.report("scrolled by the wheel")
        await self._jump(gallery.grid.verticalScrollBar())
        gaps.report("dragged from end to end")
        for split in (1, 2, 0):
            gallery.filters.split.setCurrentIndex(split)
            await asyncio.sleep(1.0)
        gaps.report("filtered")
        await self._edit()
        gaps.report("pictures turned and edited")
        gaps.stop()
        print(f"window's memory: {_memory_mb():.0f} MB")
        self._window.close_at_once()
        await self._session.close()

    async def _scroll(self, bar, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            bar.setValue(bar.value() + 60)
            await asyncio.sleep(0.012)

    async def _jump(self, bar) -> None:
        for step in range(100):
            bar.setValue(bar.maximum() * step // 99)
            await asyncio.sleep(0.03)

    async def _edit(self) -> None:
        from pyroblur_gui.datasets.dataset import Box

        tab, view = self._tab, self._tab.picture
        tab.gallery.opened.emit(1)
        await self._until(lambda: view.isVisible() and view.canvas.has_image)
        for number in range(2, 12):
            view.canvas.turned.emit(1)
            await self._until(lambda number=number: view.picture.id == number and view.canvas.has_image)
            view.canvas.box_drawn.emit(Box(0, 0.1, 0.1, 0.2, 0.2))
            await asyncio.sleep(0.1)
        await asyncio.sleep(2.0)

    def _is_complete(self) -> bool:
        """Every cell on screen has its row and its thumbnail."""
        gallery = self._tab.gallery
        rows = [gallery.model.row(number) for number in range(*gallery.grid.visible_rows())]
        return bool(rows) and all(
            row is not None and gallery._thumbnail(row.picture.sha256) is not None for row in rows
        )

    def _is_counted(self) -> bool:
        lines = self._tab.wiring.presenter.lines()
        return bool(lines) and all(line.facts is not None for line in lines)

    async def _until(self, condition: Callable[[], bool]) -> None:
        end = time.perf_counter() + WAIT_S
        while not condition():
            if time.perf_counter() > end:
                message = "it did not happen in a minute"
                raise TimeoutError(message)
            await asyncio.sleep(0.002)


def _memory_mb() -> float:
    """The largest resident size so far; on Linux in kB, on macOS in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


if __name__ == "__main__":
    sys.exit(main())
