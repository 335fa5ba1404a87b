"""Says on the desktop how a job ended that went on without a window."""

from pydantic import JsonValue

from pyroblur_gui.core.desktop import notify
from pyroblur_gui.jobs.events import EndEvent, Failed, Finished
from pyroblur_gui.training.spec import TrainSpec


def announce(kind: str, spec: dict[str, JsonValue], end: EndEvent) -> None:
    """Nothing of one that somebody stopped: they know."""
    if kind != TrainSpec.kind:
        return
    name = spec.get("run", "")
    if isinstance(end, Finished):
        notify("PyroBlur", f"The training {name} is done.")
    elif isinstance(end, Failed):
        notify("PyroBlur", f"The training {name} failed. Open PyroBlur to see why.")
