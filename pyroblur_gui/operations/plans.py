"""Joins plans of experiments with trainings: what a cell is trained with, and what became of it. Light: no torch."""

import csv
from pathlib import Path

from pyroblur_gui.core.errors import PlanError, PyroblurError, RecipeError
from pyroblur_gui.runs import plan as plans
from pyroblur_gui.runs.plan import MARK, Cell, CellState, Outcome, Plan, PlanProgress
from pyroblur_gui.training import recipes
from pyroblur_gui.training.run import RunFolder, RunRecord, RunState, names
from pyroblur_gui.training.spec import Recipe, TrainSpec

RESULTS_FILE = "results.csv"


def progress(plan: Plan) -> PlanProgress:
    """As far as the plan's runs on this computer are. Raises PlanError."""
    return plans.progress(plan, outcomes(plan))


def check(plan: Plan) -> None:
    """Raises PlanError when any of its runs could not be made: an unknown recipe, a value that is not allowed."""
    if not plan.data and not _recipe(plan).data:
        message = f"The plan {plan.name} does not say which data set."
        raise PlanError(message, hint='Add data = "NAME" to it, or choose one when it is run.')
    first = plans.progress(plan, {})
    everything = [dict(cell.values) for cell in first.cells]
    base = everything[0] if everything else {}
    everything += [{**base, **phase.set} for phase in plan.steps]
    for values in everything:
        _changed(plan, values)


def spec_of(plan: Plan, cell: Cell) -> TrainSpec:
    """The training of a cell; one that was begun goes on. Raises PlanError."""
    folder = RunFolder.of(cell.run)
    recipe = _changed(plan, dict(cell.values))
    return TrainSpec(
        run=cell.run,
        recipe=recipe,
        data=plan.data or recipe.data,
        device=plan.device,
        resumes=folder.exists() and folder.last.is_file(),
    )


def outcomes(plan: Plan) -> dict[str, Outcome]:
    """Of the plan's runs that there are, by name."""
    found: dict[str, Outcome] = {}
    for name in names():
        if name.startswith(f"{plan.name}{MARK}"):
            try:
                found[name] = _outcome(plan, RunFolder.of(name), RunFolder.of(name).record())
            except PyroblurError:
                found[name] = Outcome(CellState.FAILED)
    return found


def took_s(results: Path) -> float:
    """Seconds of training by Ultralytics' table of figures; 0 where there is none yet."""
    try:
        with results.open(newline="", encoding="utf-8") as file:
            times = [line.get("time") for line in csv.DictReader(file)]
        return max((float(time) for time in times if time), default=0.0)
    except (OSError, ValueError, csv.Error):
        return 0.0


def _outcome(plan: Plan, folder: RunFolder, record: RunRecord) -> Outcome:
    seconds, value = took_s(folder.path / RESULTS_FILE), record.best.get(plan.metric)
    match record.state:
        case RunState.DONE:
            return Outcome(CellState.DONE, value, seconds)
        case RunState.FAILED:
            return Outcome(CellState.FAILED, value, seconds)
        case RunState.RUNNING | RunState.STOPPED:
            return Outcome(CellState.STARTED, value, seconds)


def _changed(plan: Plan, values: dict[str, plans.Scalar]) -> Recipe:
    try:
        changed = recipes.changed(_recipe(plan), {name: _text(value) for name, value in values.items()})
    except RecipeError as error:
        message = f"The plan {plan.name}: {error.message}"
        raise PlanError(message, hint=error.hint) from error
    updates: dict[str, object] = {"model": plan.model} if plan.model else {}
    return changed.model_copy(update=updates | ({"is_pretrained": False} if plan.from_scratch else {}))


def _recipe(plan: Plan) -> Recipe:
    try:
        return recipes.recipe(plan.recipe)
    except RecipeError as error:
        message = f"The plan {plan.name}: {error.message}"
        raise PlanError(message, hint=error.hint) from error


def _text(value: plans.Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
