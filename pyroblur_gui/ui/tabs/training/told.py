"""What is known of a run's course: read from its folder, heard while that is read, and heard since. No Qt."""

from collections import deque
from dataclasses import dataclass, field

from pyroblur_gui.jobs.events import Metric
from pyroblur_gui.ui.tabs.training.figures import History
from pyroblur_gui.ui.tabs.training.past import Past, fill, has_batches

MOST_LINES = 2000  # of the log


@dataclass
class Told:
    """What is known of a run's course: figures and log. meanwhile: what was heard while its folder is read."""

    history: History = field(default_factory=History)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    is_read: bool = False
    is_joined: bool = False  # what was read is in it
    meanwhile: list[Metric] = field(default_factory=list)


def join(told: Told, past: Past) -> None:
    """The past is complete up to a moment ago; what was heard meanwhile is told to it once more, where it is newer."""
    if has_batches(past.history):
        fill(past.history, told.history)
        told.history.become(past.history)
        for metric in told.meanwhile:
            told.history.add(metric.name, metric.step, metric.value)
    else:
        fill(told.history, past.history)
    told.meanwhile.clear()
    told.is_joined = True
    known = set(past.log)
    heard = [line for line in told.log if line not in known]
    told.log.clear()
    told.log.extend([*past.log, *heard])
