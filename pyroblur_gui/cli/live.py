"""The bar on a terminal: which file, which step, how fast, how long still; what happened scrolls away above it."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from pyroblur_gui.cli.output import File, amount, detected_lines, failed_text, finished_text, needs_look, printable
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.translation import tr, translated
from pyroblur_gui.jobs import events

LONGEST_NAME = 40  # characters of a file's name in front of the bar


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        rate = task.fields["rate"]
        return Text("" if rate is None else f"{amount(rate, task.fields['unit'])}/s", style="progress.data.speed")


class _Left(ProgressColumn):
    """What the job estimates; until it does, what rich makes of the progress so far."""

    max_refresh = 0.5

    def __init__(self) -> None:
        super().__init__()
        self._own = TimeRemainingColumn()

    def render(self, task: Task) -> Text:
        left = task.fields["eta_s"]
        if left is None:
            return self._own.render(task)
        return Text(f"{left // 60:.0f}:{left % 60:02.0f}", style="progress.remaining")


class LiveBar:
    """Narrator for a terminal. Texts are shown as they are: nothing in a file's name is taken for markup."""

    is_mute = False  # a terminal is no file that could fill a disk

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            _Rate(),
            _Left(),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._stage = ""
        self._progress.start()

    def pass_over(self, path: Path, why: str) -> None:
        self._say(f"{printable(str(path))}: {translated(why)}", "dim")

    def refuse(self, error: PyroblurError) -> None:
        self._say(failed_text(error.message, error.hint), "bold red")

    def hear(self, file: File, event: events.Event) -> None:
        name = printable(str(file.path))
        match event:
            case events.Started():
                self._show(file, tr("starting"), events.Progress(stage="", done=0))
            case events.Progress():
                self._show(file, tr(event.stage), event)
            case events.Detected():
                for line in detected_lines(event):
                    self._say(f"{name}: {line}")
            case events.Log(level="warning" | "error"):
                self._say(f"{name}: {printable(translated(event.text))}", "yellow")
            case events.Finished():
                self._say(f"{name}: {finished_text(event)}", "yellow" if needs_look(event) else "green")
            case events.Failed():
                self._say(f"{name}: {failed_text(event.message, event.hint)}", "bold red")
            case events.Cancelled():
                self._say(f"{name}: {tr('cancelled')}", "yellow")
            case _:
                return

    def sum_up(self, text: str) -> None:
        self._say(text, "bold")

    def close(self) -> None:
        self._progress.stop()

    def _show(self, file: File, stage: str, progress: events.Progress) -> None:
        name = printable(file.path.name)
        if len(name) > LONGEST_NAME:
            name = f"{name[: LONGEST_NAME // 2 - 1]}…{name[-LONGEST_NAME // 2 :]}"
        description = f"[{file.number}/{file.count}] {name} {stage}"
        if self._task is None or self._stage != description:  # a new step starts its own clock
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(description, total=progress.total, rate=None, unit="", eta_s=None)
            self._stage = description
        self._progress.update(
            self._task,
            completed=progress.done,
            total=progress.total,
            rate=progress.rate,
            unit=progress.unit,
            eta_s=progress.eta_s,
        )

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)
