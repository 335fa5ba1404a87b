"""Logs trainings in the store of runs, after the fact: a store that is away or broken holds no training up.

What a run's own folder holds is compared with what the note in it says the store has; only what is new is logged. It
may be done at any time and any number of times: by the command line after a training, by the window, by the list.
"""

import contextlib
import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from pyroblur_gui import __version__
from pyroblur_gui.core.errors import ModelError, PyroblurError
from pyroblur_gui.core.system import memory, platform_facts, processor
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log, Progress, Started
from pyroblur_gui.models import choice, store
from pyroblur_gui.operations.plans import RESULTS_FILE
from pyroblur_gui.operations.run_figures import FILES, figures_in_runs, read_measured
from pyroblur_gui.runs.embedded import store_mark
from pyroblur_gui.runs.place import Place, alone, here
from pyroblur_gui.runs.plan import plan_of
from pyroblur_gui.runs.record import Point, RunLog, keep_logged, logged, signature
from pyroblur_gui.runs.row import COMMIT_TAG, DATA_TAG, INTERRUPTED, MODEL_TAG, PLAN_TAG, STATE_TAG
from pyroblur_gui.runs.spec import SyncSpec
from pyroblur_gui.training import run as training_runs
from pyroblur_gui.training.metrics import BY_CLASS, NAMES
from pyroblur_gui.training.run import COMMIT, RECORD_FILE, RunFolder, RunRecord, RunState

if TYPE_CHECKING:
    from pyroblur_gui.runs.tracking import Tracking

STATUSES = {
    RunState.RUNNING: "RUNNING",
    RunState.STOPPED: "KILLED",
    RunState.DONE: "FINISHED",
    RunState.FAILED: "FAILED",
}
KEPT = (RECORD_FILE, RESULTS_FILE, *FILES)  # beside the weights: nothing that names a picture or a folder
AT_WORK = "/at work"  # ends the signature of a run that a worker is at: when it is gone, there is something to log
DOUBLES = {"lr/pg1", "lr/pg2"}  # the learning rate is that of the first group

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Synced:
    """Names of runs. problem: why some are still pending."""

    logged: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    problem: PyroblurError | None = None

    def result(self) -> dict[str, JsonValue]:
        told: JsonValue = None
        if self.problem is not None:
            told = {"code": self.problem.code, "message": self.problem.message, "hint": self.problem.hint}
        return {"logged": [*self.logged], "pending": [*self.pending], "problem": told}


def run(spec: SyncSpec, context: Context) -> dict[str, JsonValue]:
    """{"logged", "pending": names of runs, "problem": null or {"code", "message", "hint"}, "store"}."""
    place = here()
    context.emit(Started(kind=spec.kind, detail={"store": place.title}))
    return {**sync(place, context).result(), "store": place.title}


def sync(place: Place, context: Context) -> Synced:
    """Logs what is new. Raises nothing but JobCancelledError: what does not work is told as the problem."""
    stale = list(_stale(place, context))
    if not stale:
        return Synced()
    done: list[str] = []
    try:
        with alone():
            from pyroblur_gui.runs.tracking import Tracking

            tracking = Tracking(place)
            for number, folder in enumerate(stale):
                context.check_cancelled()
                context.emit(Progress(stage="log", done=number, total=len(stale), unit="runs"))
                _log(tracking, place, folder)
                done.append(folder.path.name)
    except PyroblurError as problem:
        context.emit(Log(level="warning", text=f"{problem.message} {problem.hint}".strip()))
        return Synced(done, [folder.path.name for folder in stale[len(done) :]], problem)
    return Synced(done)


def _stale(place: Place, context: Context) -> Iterator[RunFolder]:
    """Runs of which the store lacks something, the oldest first."""
    mark = store_mark(place)
    for name in reversed(training_runs.names()):
        folder = RunFolder.of(name)
        known = logged(folder.path, mark)
        if known.is_gone or _is_known(known.signature, folder):
            continue
        try:
            folder.record()
        except PyroblurError as problem:
            context.emit(Log(level="warning", text=problem.message))
            continue
        yield folder


def _log(tracking: "Tracking", place: Place, folder: RunFolder) -> None:
    now = _signature(folder) + (AT_WORK if folder.job.is_held() else "")
    mark = store_mark(place)
    known = logged(folder.path, mark)
    if known.is_gone or _is_known(known.signature, folder):
        return  # another process did it while this one waited
    for known in tracking.log(run_log(folder), known):  # noqa: B020 - it goes on from itself
        keep_logged(folder.path, mark, known)
    keep_logged(folder.path, mark, known.model_copy(update={"signature": now}))


def run_log(folder: RunFolder) -> RunLog:
    """What is logged of a run. Raises RunError when its record cannot be read."""
    record = folder.record()
    started_ms = round(record.created.timestamp() * 1000)
    series, took_s = _series(folder.path / RESULTS_FILE, started_ms)
    is_broken_off = record.state is RunState.RUNNING and not folder.job.is_held()
    is_over = record.state is not RunState.RUNNING or is_broken_off
    summary = _summary(record, started_ms, took_s)
    model, latency_ms = _model_of(record)
    if latency_ms is not None:
        summary["latency_ms"] = Point(record.last_epoch, latency_ms, started_ms + record.last_epoch)
    summary |= _measured(folder)
    return RunLog(
        uid=f"{record.name}@{record.created.isoformat()}",
        name=record.name,
        status=STATUSES[RunState.STOPPED if is_broken_off else record.state],
        started_ms=started_ms,
        ended_ms=started_ms + round(took_s * 1000) if is_over else None,
        params=_params(record),
        series=series,
        summary=summary,
        tags=_tags(record, model) | ({STATE_TAG: INTERRUPTED} if is_broken_off else {}),
        data=record.data,
        fingerprint=record.fingerprint,
        files=_files(folder, is_over=is_over),
    )


def _summary(record: RunRecord, started_ms: int, took_s: float) -> dict[str, Point]:
    """Figures of the best epoch, and how long an epoch took."""
    if not record.best:
        return {}
    at = record.best_epoch, started_ms + record.best_epoch
    named = [*NAMES.values(), *(name for name in record.best if name.startswith(BY_CLASS))]
    found = {f"best/{name}": Point(at[0], record.best[name], at[1]) for name in named if name in record.best}
    found["best_epoch"] = Point(at[0], float(record.best_epoch), at[1])
    if record.last_epoch and took_s:
        found["epoch_s"] = Point(record.last_epoch, took_s / record.last_epoch, started_ms + record.last_epoch)
    return found


def _measured(folder: RunFolder) -> dict[str, Point]:
    """What a benchmark found of the run's model later (run_figures.py)."""
    found = read_measured(folder.path)
    if found is None:
        return {}
    at_ms = round(found.made.timestamp() * 1000)
    return {name: Point(folder.record().last_epoch, value, at_ms) for name, value in figures_in_runs(found).items()}


def _series(path: Path, started_ms: int) -> tuple[dict[str, tuple[Point, ...]], float]:
    """Figures by epoch, by our names, and how long it took. A table that is half written gives what is whole of it."""
    found: dict[str, list[Point]] = {}
    took_s = 0.0
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for line in csv.DictReader(file):
                figures = {name.strip(): _number(text) for name, text in line.items() if name and text}
                epoch, time_s = figures.pop("epoch", None), figures.pop("time", None)
                if epoch is None:
                    continue
                took_s = max(took_s, time_s or 0.0)
                at = started_ms + round((time_s or 0.0) * 1000)
                for name, value in figures.items():
                    if value is not None and name not in DOUBLES:
                        found.setdefault(_name(name), []).append(Point(int(epoch), value, at))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        log.info("a run has no table of figures: %s", problem)
    return {name: tuple(points) for name, points in found.items()}, took_s


def _name(name: str) -> str:
    return "lr" if name == "lr/pg0" else NAMES.get(name, name)


def _number(text: str) -> float | None:
    with contextlib.suppress(ValueError):
        return float(text)
    return None


def _params(record: RunRecord) -> dict[str, str]:
    recipe = record.recipe
    about = {
        "recipe": recipe.name,
        "base": Path(recipe.model).name if recipe.model.endswith(".pt") else recipe.model,
        "is_pretrained": str(recipe.is_pretrained).lower(),
        "data": record.data,
        "device": record.device,
        "unlabelled": record.unlabelled.value,
    }
    chosen = recipe.hyperparameters.model_dump(mode="json")
    return about | {name: _text(value) for name, value in chosen.items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tags(record: RunRecord, model: str) -> dict[str, str]:
    cpu = processor()
    facts = {
        STATE_TAG: record.state.value,
        DATA_TAG: record.fingerprint,
        MODEL_TAG: model,
        COMMIT_TAG: record.versions.get(COMMIT, ""),
        PLAN_TAG: plan_of(record.name) or "",
        "pyroblur.message": record.message,
        "pyroblur.version": __version__,
        "pyroblur.machine.cpu": f"{cpu.name}, {cpu.cores} cores",
        "pyroblur.machine.memory_bytes": str(memory().total_bytes),
        "pyroblur.machine.system": platform_facts()["system"],
        "mlflow.source.name": "pyroblur train",
        "mlflow.source.type": "LOCAL",
        **{f"pyroblur.version.{name}": version for name, version in record.versions.items() if name != COMMIT},
    }
    return {name: value for name, value in facts.items() if value}


def _model_of(record: RunRecord) -> tuple[str, float | None]:
    """Name of the model that came of a run, and the fastest measured time a picture on this machine."""
    name = store.name_from(record.name)
    try:
        card = store.card(name)
    except ModelError:
        return "", None
    if card.recipe.get("run") != record.name:
        return "", None
    return name, min(choice.timings_of(card.sha256).values(), default=None)


def _files(folder: RunFolder, *, is_over: bool) -> dict[Path, str]:
    """What is kept beside the figures, by its folder there; weights only once they are final."""
    kept = {path: "" for name in KEPT if (path := folder.path / name).is_file()}
    if is_over and folder.best.is_file():
        kept[folder.best] = "weights"
    return kept


def _is_known(signature: str, folder: RunFolder) -> bool:
    """Whether nothing is new: what lies in the folder, and, of a run that was at work, that it still is."""
    if signature.removesuffix(AT_WORK) != _signature(folder):
        return False
    return not signature.endswith(AT_WORK) or folder.job.is_held()


def _signature(folder: RunFolder) -> str:
    """Of what is logged: changes with every epoch."""
    watched = (*(folder.path / name for name in KEPT), folder.best)
    return "/".join(signature(path) for path in watched)
