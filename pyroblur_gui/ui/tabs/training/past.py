"""What is known of a run's course from its folder: its figures and its log from its first sitting on. No Qt."""

from dataclasses import dataclass, field

from pyroblur_gui.jobs.diary import DiaryReader
from pyroblur_gui.jobs.events import Failed, Log, Metric
from pyroblur_gui.training.metrics import MAIN, MEMORY
from pyroblur_gui.training.run import RunFolder
from pyroblur_gui.ui.tabs.training.figures import History, read_history
from pyroblur_gui.ui.tabs.training.wording import epoch_text

LAST_OF_EPOCH = "lr"  # the figure that is told last of all when an epoch is over
BATCH = "batch/"


@dataclass
class Past:
    history: History = field(default_factory=History)
    log: list[str] = field(default_factory=list)


def read_past(run: RunFolder) -> Past:
    """Takes a while where the run is long. A run of another program, or of an older PyroBlur, has only its table."""
    past, told = Past(), set()
    try:
        entries = DiaryReader(run.job.path).read()
    except OSError:
        entries = []
    for entry in entries:
        match entry.event:
            case Metric(name=name, step=step, value=value) if name != MEMORY:
                past.history.add(name, step, value)
                if name == LAST_OF_EPOCH:
                    told.add(step)
                    past.log.append(epoch_text(past.history, step))
            case Log(text=text):
                past.log.append(text)
            case Failed(message=message, hint=hint):
                past.log.append(f"{message} {hint}".strip())
    table = read_history(run.path)
    fill(past.history, table)
    epochs = [round(step) for step in table.points(MAIN).steps]
    past.log = [*(epoch_text(table, epoch) for epoch in epochs if epoch not in told), *past.log]
    return past


def fill(history: History, other: History) -> None:
    """Takes over what is known of epochs there and not here."""
    for name in other.names():
        if name.startswith(BATCH):
            continue
        mine = history.points(name)
        known = set(mine.steps)
        points = other.points(name)
        for step, value in zip(points.steps, points.values, strict=True):
            if step not in known:
                mine.add(step, value)


def has_batches(history: History) -> bool:
    return any(name.startswith(BATCH) for name in history.names())
