"""How the charts of a training keep up: frames a second, the largest gap of the window's loop, growth of memory.

python tests/benchmarks/training_charts.py [--epochs 300] [--batches 1000] [--points 100000]. First a run of that many
epochs is told to the presenter as fast as the window takes it, as the queue would tell it, while a timer of 5 ms notes
how late it is; then charts of that many points each are drawn over and over. Under a screen server (xvfb-run) or with
QT_QPA_PLATFORM=offscreen. No training runs: the figures are made up.
"""

# ruff: noqa: T201 - a script that prints its figures
import argparse
import asyncio
import math
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

INTERVAL_MS = 5
LOSSES = ("box_loss", "cls_loss", "dfl_loss")
CLASSES = ("face", "license_plate")
OF_CLASS = ("precision", "recall", "mAP50", "mAP50-95")
BATCHES_A_TURN = 5
WARM_EPOCHS = 10  # before memory is first looked at


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--points", type=int, default=100_000)
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
            loop.run_until_complete(Measurement(Session(application), wanted).run())
    return 0


class Gaps:
    """How late each tick of a timer is, and for how much of it the window's own thread was at work.

    On a machine with other work to do a tick is late for its sake, too; the window's work is its own.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.gaps_ms: list[float] = []
        self.works_ms: list[float] = []
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(INTERVAL_MS)

    def report(self, what: str) -> None:
        late = sorted(self.gaps_ms) or [0.0]
        share = late[int(len(late) * 0.999) - 1]
        worked = max(self.works_ms, default=0.0)
        print(f"{what:44} largest gap {late[-1]:5.1f} ms, 99.9 % within {share:5.1f} ms; "
              f"at work for at most {worked:5.1f} ms without a pause", flush=True)  # fmt: skip
        self.gaps_ms.clear()
        self.works_ms.clear()
        self._last, self._worked = time.perf_counter(), time.thread_time()

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps_ms.append((now - self._last) * 1000)
        self.works_ms.append((worked - self._worked) * 1000)
        self._last, self._worked = now, worked


class Measurement:
    def __init__(self, session, wanted: argparse.Namespace) -> None:
        self._session, self._wanted = session, wanted
        self._random = random.Random(0)  # noqa: S311 - no secret

    async def run(self) -> None:
        from pyroblur_gui.jobs.job import Job, JobState
        from pyroblur_gui.training.run import RunFolder, RunRecord
        from pyroblur_gui.training.spec import Hyperparameters, Recipe, TrainSpec
        from pyroblur_gui.ui.widgets.charts_view import load_charts

        self._window = self._session.open()
        self._session.connect_jobs()
        await asyncio.sleep(1.0)
        gaps = Gaps()
        self._window.show_tab("training")
        self._tab = tab = self._window.training
        await load_charts("pyroblur_gui.ui.tabs.training.charts_board")  # as soon as there is a run to show
        tab.live.load_charts()
        await asyncio.sleep(6.0)
        gaps.report("the tab is opened, its charts are made")
        recipe = Recipe(
            name="made-up", title="", summary="", hyperparameters=Hyperparameters(epochs=self._wanted.epochs)
        )
        spec = TrainSpec(run="made-up", recipe=recipe, data="none")
        now = datetime.now(UTC)
        self._job = Job(1, "train", spec.model_dump(mode="json"), "gpu", JobState.RUNNING, 0, now, now)
        RunFolder.of("made-up").keep(RunRecord(name="made-up", recipe=recipe, data="none", created=now))
        tab.wiring.presenter._heard(self._job, None)
        tab.wiring.presenter.choose("made-up")
        tab.live.smoothing.setValue(60)
        gaps.report("a run is chosen")
        await asyncio.sleep(1.0)
        gaps.report("at rest")
        await self._train(gaps)
        await self._draw(gaps)
        self._window.close_at_once()
        await self._session.close()

    async def _train(self, gaps: Gaps) -> None:
        """The whole run, told as fast as the window takes it: 300,000 steps of a minute, not of two days."""
        import psutil

        process = psutil.Process()
        before, highest, begun, points = 0, 0, time.perf_counter(), 0
        for epoch in range(1, self._wanted.epochs + 1):
            points += await self._epoch(epoch)
            memory = process.memory_info().rss
            if epoch == min(WARM_EPOCHS, self._wanted.epochs):
                before = memory
            highest = max(highest, memory)
        took = time.perf_counter() - begun
        what = f"{self._wanted.epochs} epochs of {self._wanted.batches} steps"
        gaps.report(what)
        drawn = sum(chart.times_drawn for chart in self._tab.live.board.charts)
        print(f"{what:44} {points:,} points in {took:.1f} s ({points / took:,.0f} a second), {drawn:,} drawings, "
              f"memory grew by {(highest - before) / 1e6:.1f} MB")  # fmt: skip

    async def _epoch(self, epoch: int) -> int:
        from pyroblur_gui.jobs.events import Metric, Progress

        presenter, batches = self._tab.wiring.presenter, self._wanted.batches
        points = 0
        for batch in range(1, batches + 1):
            step = (epoch - 1) * batches + batch
            fall = 1 + 3 * math.exp(-epoch / 60)
            for name in LOSSES:
                presenter._heard(self._job, Metric(step=step, name=f"batch/{name}", value=fall + self._random.random()))
            done = epoch - 1 + batch / batches
            told = Progress(stage="train", done=done, total=self._wanted.epochs, unit="epochs", rate=90.0, eta_s=60.0)
            presenter._heard(self._job, told)
            points += len(LOSSES)
            if batch % BATCHES_A_TURN == 0:
                await asyncio.sleep(0)
        names = [f"class/{label}/{name}" for label in CLASSES for name in OF_CLASS]
        names += [f"{part}/{name}" for part in ("train", "val") for name in LOSSES]
        for name in (*names, "precision", "recall", "mAP50", "mAP50-95", "lr"):
            presenter._heard(self._job, Metric(step=epoch, name=name, value=self._random.random()))
            points += 1
        return points

    async def _draw(self, gaps: Gaps) -> None:
        """Charts of very many points, all anew as often as the window can: a point is added to each before a frame."""
        from PySide6.QtWidgets import QGraphicsView

        from pyroblur_gui.ui.tabs.training.figures import History

        count, history = self._wanted.points, History()
        board = self._tab.live.board
        seen = [chart for chart in board.charts if not chart.visibleRegion().isEmpty()]
        names = [name for chart in seen for name in chart.names]
        for number in range(count):
            name = names[number % len(names)]
            history.points(name).add(number // len(names), self._random.random())
        await asyncio.sleep(0.1)
        gaps.report("(points are made up)")
        board.show_history(history)
        await asyncio.sleep(1.0)
        gaps.report(f"{count:,} points are shown at first")
        frames, begun, worked = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - begun < 5.0:
            for chart in seen:
                for name in chart.names:
                    points = history.points(name)
                    points.add(points.steps[-1] + 1, self._random.random())
                chart.draw(history, 0.6)
                for view in chart.findChildren(QGraphicsView):
                    view.grab()  # paints it
            await asyncio.sleep(0)
            frames += 1
        took, worked = time.perf_counter() - begun, time.process_time() - worked
        what = f"{count:,} points in {len(seen)} charts"
        gaps.report(what)
        print(f"{what:44} {frames / took:.1f} frames a second, each chart of each frame drawn and painted anew; "
              f"{frames / worked:.1f} by the processor's time")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
