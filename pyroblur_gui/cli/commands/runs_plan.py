"""`pyroblur runs plan`: experiments that are planned in a file, run one after another, and resumed after a stop."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from pyroblur_gui.cli.batch import INTERRUPTED, Outcome, Work, run_batch
from pyroblur_gui.cli.commands.blur import AsJson
from pyroblur_gui.cli.commands.train import log_runs
from pyroblur_gui.cli.output import Narrator, choose_narrator, columns, printable, write_line
from pyroblur_gui.core.translation import numeral, tr, translated, trn
from pyroblur_gui.operations import plans
from pyroblur_gui.runs import plan as known
from pyroblur_gui.runs.plan import Cell, CellState, Line, Plan, PlanProgress

plan = typer.Typer(no_args_is_help=True, help="Plan trainings as a grid, in phases and within a budget, and run them.")

Wanted = Annotated[str, typer.Argument(metavar="PLAN", help="Name of a plan, or a .toml file.")]
Data = Annotated[str | None, typer.Option("--data", metavar="NAME", help="Data set, where the plan names none.")]


@plan.command("list")
def list_plans(*, as_json: AsJson = False) -> None:
    """List the plans that were begun, and those that PyroBlur brings."""
    found = [known.find(name) for name in known.names()]
    if as_json:
        listed: list[JsonValue] = [{"name": each.name, "title": each.title, "summary": each.summary} for each in found]
        write_line(sys.stdout, json.dumps({"type": "finished", "plans": listed}))
        return
    for each in found:
        write_line(sys.stdout, printable(f"{each.name}: {translated(each.title)}. {translated(each.summary)}"))


@plan.command()
def show(wanted: Wanted, *, data: Data = None, as_json: AsJson = False) -> None:
    """Show how far a plan is: its matrix of settings and seeds."""
    _tell(plans.progress(_with_data(known.find(wanted), data)), as_json=as_json)


@plan.command()
def run(wanted: Wanted, *, data: Data = None, as_json: AsJson = False) -> None:
    """Run what is due of a plan. Ctrl-C stops it; the same command goes on, with what is done already kept.

    The exit status is 0 if every run is done, 1 if one failed, 130 after Ctrl-C.
    """
    chosen = _with_data(known.find(wanted), data)
    plans.check(chosen)
    known.keep(chosen)
    narrator = choose_narrator(as_json=as_json)
    outcome = Outcome()
    try:
        while outcome.status in (0, 1) and not outcome.cancelled:
            due = _next(plans.progress(chosen))
            if not due:
                break
            outcome = _run(chosen, due, narrator)
    finally:
        narrator.close()
        log_runs()
    progress = plans.progress(chosen)
    _tell(progress, as_json=as_json)
    failed = any(cell.outcome.state is CellState.FAILED for cell in progress.cells)
    raise typer.Exit(outcome.status if outcome.status > 1 else INTERRUPTED if outcome.cancelled else int(failed))


def _next(progress: PlanProgress) -> tuple[Cell, ...]:
    """One run at a time where a budget of time may end before the phase."""
    return progress.due[:1] if progress.plan.budget.hours else progress.due


def _run(chosen: Plan, due: tuple[Cell, ...], narrator: Narrator) -> Outcome:
    work = [Work(plans.spec_of(chosen, cell), Path(cell.run)) for cell in due]
    before = {cell.run for cell in due}
    outcome = run_batch(work, narrator.hear)
    still = {cell.run for cell in plans.progress(chosen).due}
    if outcome.status == 1 and before <= still:  # nothing came of any of them: the next time would be the same
        outcome.status = 2
    return outcome


def _with_data(chosen: Plan, data: str | None) -> Plan:
    return chosen if data is None else chosen.model_copy(update={"data": data})


def _tell(progress: PlanProgress, *, as_json: bool) -> None:
    if as_json:
        write_line(sys.stdout, json.dumps({"type": "finished", **as_result(progress)}))
        return
    for stage in progress.stages:
        about = "" if stage.is_known else f" ({tr('after the one before')})"
        write_line(sys.stdout, f"{stage.phase.name}{about}")
        if stage.lines:
            for line in columns([_head(stage.lines[0]), *map(_line, stage.lines)]):
                write_line(sys.stdout, f"  {line}")
    due = len(progress.due)
    left = trn("{count} run is due", "{count} runs are due", due) if due else tr("nothing is due")
    write_line(sys.stdout, tr("{spent_s:.2f} hours trained; {left}.", spent_s=progress.spent_s / 3600, left=left))


def as_result(progress: PlanProgress) -> dict[str, JsonValue]:
    """The matrix as JSON."""
    cells: list[JsonValue] = [
        {"run": cell.run, "phase": cell.phase, "values": dict(cell.values), "state": cell.outcome.state.value,
         "value": cell.outcome.value, "seconds": cell.outcome.seconds}
        for cell in progress.cells
    ]  # fmt: skip
    ranking: list[JsonValue] = [
        {"setting": dict(line.setting), "mean": line.spread.mean, "deviation": line.spread.deviation,
         "runs": list(line.spread.runs)}
        for line in progress.ranking()
        if line.spread is not None
    ]  # fmt: skip
    return {
        "plan": progress.plan.name,
        "metric": progress.plan.metric,
        "cells": cells,
        "ranking": ranking,
        "spent_s": progress.spent_s,
        "due": [cell.run for cell in progress.due],
    }


def _head(line: Line) -> tuple[str, ...]:
    seeds = (tr("seed {seed}", seed=cell.seed) if cell.seed is not None else tr("run") for cell in line.cells)
    return (tr("setting"), *seeds, tr("mean"))


def _line(line: Line) -> tuple[str, ...]:
    mean = ""
    if line.spread is not None:
        deviation = line.spread.deviation
        mean = numeral(line.spread.mean, ".4f") + (f" ± {numeral(deviation, '.4f')}" if deviation is not None else "")
    return (line.title, *map(_cell, line.cells), mean)


def _cell(cell: Cell) -> str:
    if cell.outcome.state is CellState.DONE:
        return numeral(cell.outcome.value, ".4f") if cell.outcome.value is not None else tr("done")
    return cell.outcome.state.value.replace("_", " ")
