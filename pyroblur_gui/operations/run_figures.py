"""What is measured of a run's model goes into the run's folder, and from there into the store of runs.

So a benchmark needs no store, and one that is away is told later like everything else of a run.
"""

import json
import logging
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from pyroblur_gui.benchmark.result import FIGURES, BenchmarkResult, ModelResult
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.training.run import RunFolder

MEASURED_FILE = "measured.json"
CURVES_FILE = "curves.json"
CONFUSION_FILE = "confusion.json"
IN_RUNS = {  # an epoch of a training has figures of the first two names already
    "precision": "measured/precision",
    "recall": "measured/recall",
    "f1": "measured/F1",
    "map50": "measured/mAP50",
    "map50_95": "measured/mAP50-95",
}
FILES = (MEASURED_FILE, CURVES_FILE, CONFUSION_FILE)  # the last two are the training's own, too (measure.py)

log = logging.getLogger(__name__)


class Measured(BaseModel):
    """figures: by their names in a benchmark, such as recall and latency_ms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made: datetime
    data: str = ""
    figures: dict[str, float]


def read_measured(folder: Path) -> Measured | None:
    """None where nothing was measured, or it cannot be read."""
    try:
        return Measured.model_validate_json((folder / MEASURED_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def figures_in_runs(measured: Measured) -> dict[str, float]:
    """By their names in the store of runs."""
    return {IN_RUNS.get(name, name): value for name, value in measured.figures.items()}


def note_in_runs(result: BenchmarkResult) -> list[str]:
    """Notes what a benchmark found in the folders of the runs whose models it measured; gives the runs' names.

    A folder that cannot be written is passed over: the benchmark itself is kept elsewhere.
    """
    noted = []
    for each in result.models:
        folder = RunFolder.of(each.run) if each.run else None
        if folder is None or not folder.exists():
            continue
        try:
            _note(folder.path, each, result)
        except PyroblurError as error:
            log.warning("a benchmark could not be noted in its run: %s", error.code)
            continue
        noted.append(folder.path.name)
    return noted


def _note(folder: Path, found: ModelResult, result: BenchmarkResult) -> None:
    values = {name: getattr(found.figures, name) for name in FIGURES}
    figures = {name: float(value) for name, value in values.items() if value is not None}
    timed = [each.times for each in result.speed if each.model == found.model and each.times and each.batch == 1]
    times = min(timed, key=lambda each: each.median_ms, default=found.times)
    if times is not None:
        figures |= {"latency_ms": times.median_ms, "fps": times.pictures_s}
    data = result.data.name if result.data is not None else ""
    _write(folder / MEASURED_FILE, Measured(made=result.made, data=data, figures=figures).model_dump(mode="json"))
    curves: dict[str, JsonValue] = {
        each.name: [curve.model_dump(mode="json") for curve in each.curves] for each in found.by_class if each.curves
    }
    if curves:
        _write(folder / CURVES_FILE, curves)
    if found.confusion is not None:
        _write(folder / CONFUSION_FILE, found.confusion.model_dump(mode="json"))


def _write(path: Path, body: dict[str, JsonValue]) -> None:
    with PartFile(path) as part:
        part.path.write_text(json.dumps(body) + "\n", encoding="utf-8")
        part.commit()
