"""A plan of experiments: which trainings, in which phases, within which budget; and what is due next.

A plan is a TOML file. Nothing but the plan and the runs that there are decides what is due, so that a plan that was
killed goes on when it is run again. What a hyperparameter may be is checked where runs are made (operations/plans.py).
"""

import itertools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pyroblur_gui.core.errors import PlanError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders, resource
from pyroblur_gui.runs.compare import Spread, spread

SEED = "seed"
ENDING = ".toml"
MARK = "--"  # between a plan's name and the rest of its runs' names
MOST_RUNS = 500  # of one phase
METRIC = "mAP50-95"

Scalar = bool | int | float | str


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Phase(_Part):
    """best: only so many settings go on from the phase before, by the mean over their seeds; 0: all of them.

    seeds: instead of the grid's. set: hyperparameters of this phase. first: only so many runs, for a smoke test.
    """

    name: str = Field(pattern=r"^[a-z0-9]+$", max_length=24)
    best: int = Field(default=0, ge=0)
    seeds: tuple[int, ...] = ()
    set: dict[str, Scalar] = {}
    first: int = Field(default=0, ge=0)


class Budget(_Part):
    """No further run is begun once as many hours were trained, or as many runs made; 0: no limit."""

    hours: float = Field(default=0.0, ge=0)
    runs: int = Field(default=0, ge=0)


class Plan(_Part):
    """recipe: what all runs start from; set: what is changed in all of them; grid: every value with every other."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    title: str = ""
    summary: str = ""
    recipe: str
    data: str = ""
    device: str = "auto"
    model: str = ""
    from_scratch: bool = False
    metric: str = METRIC
    set: dict[str, Scalar] = {}
    grid: dict[str, tuple[Scalar, ...]] = Field(min_length=1)
    phases: tuple[Phase, ...] = ()
    budget: Budget = Budget()

    @model_validator(mode="after")
    def _check(self) -> Self:
        empty = [name for name, values in self.grid.items() if not values]
        if empty:
            message = f"grid.{empty[0]} has no values"
            raise ValueError(message)
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            message = f"two phases have one name: {', '.join(names)}"
            raise ValueError(message)
        return self

    @property
    def steps(self) -> tuple[Phase, ...]:
        return self.phases or (Phase(name="grid"),)

    @property
    def swept(self) -> tuple[str, ...]:
        """Names of the grid without the seed."""
        return tuple(name for name in self.grid if name != SEED)


class CellState(StrEnum):
    WAITING = "waiting"
    STARTED = "started"  # runs, or was stopped and goes on
    DONE = "done"
    FAILED = "failed"
    LEFT_OUT = "left_out"  # the budget is used up


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a run: value: the plan's metric at its best epoch."""

    state: CellState
    value: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a plan. setting: the grid's values without the seed. values: all that differs from the recipe."""

    run: str
    phase: str
    setting: tuple[tuple[str, Scalar], ...]
    seed: int | None
    values: tuple[tuple[str, Scalar], ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the matrix: a setting with a cell a seed. spread: None while nothing of it is done."""

    setting: tuple[tuple[str, Scalar], ...]
    cells: tuple[Cell, ...]
    spread: Spread | None

    @property
    def title(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.setting) or "all"


@dataclass(frozen=True, slots=True)
class Stage:
    """A phase as far as it is known: what a later one holds is known when the one before is over."""

    phase: Phase
    lines: tuple[Line, ...]
    is_known: bool

    @property
    def cells(self) -> list[Cell]:
        return [cell for line in self.lines for cell in line.cells]

    @property
    def is_over(self) -> bool:
        over = {CellState.DONE, CellState.FAILED, CellState.LEFT_OUT}
        return self.is_known and all(cell.outcome.state in over for cell in self.cells)


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """due: what is to be run now, in this order; empty when the plan is over. spent_s: trained so far."""

    plan: Plan
    stages: tuple[Stage, ...]
    due: tuple[Cell, ...]
    spent_s: float

    @property
    def cells(self) -> list[Cell]:
        return [cell for stage in self.stages for cell in stage.cells]

    @property
    def is_over(self) -> bool:
        return not self.due

    def ranking(self) -> list[Line]:
        """The settings of the last phase of which something is done, the best mean first."""
        for stage in reversed(self.stages):
            done = [line for line in stage.lines if line.spread is not None]
            if done:
                return sorted(done, key=_mean, reverse=True)
        return []


def progress(plan: Plan, outcomes: Mapping[str, Outcome]) -> PlanProgress:
    """What is done of a plan and what is due. outcomes: of the runs that there are, by name. Raises PlanError."""
    stages: list[Stage] = []
    due: tuple[Cell, ...] = ()
    spent_s, made = sum(each.seconds for each in outcomes.values()), len(outcomes)
    before: Stage | None = None
    for phase in plan.steps:
        if before is not None and not before.is_over:
            stages.append(Stage(phase, (), is_known=False))
            continue
        stage = _stage(plan, phase, before, outcomes)
        waiting = [cell for cell in stage.cells if cell.outcome.state in {CellState.WAITING, CellState.STARTED}]
        allowed = _within_budget(plan.budget, waiting, spent_s=spent_s, made=made)
        if len(allowed) < len(waiting):
            stage = _without(stage, {cell.run for cell in waiting[len(allowed) :]})
        due = due or tuple(allowed)
        stages.append(stage)
        before = stage
    return PlanProgress(plan, tuple(stages), due, spent_s)


def read(path: Path) -> Plan:
    """Raises PlanError, which names the entry that is wrong."""
    try:
        return Plan.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        message = f"The plan {path.name} cannot be read: {exc}."
        raise PlanError(message, hint="Check the file, or take another plan.", path=path) from exc
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = str(first["msg"]).removeprefix("Value error, ")
        message = f"The plan {path.name} is not valid: {f'{where}: ' if where else ''}{reason}."
        raise PlanError(message, hint="Correct the entry; the guide shows a whole plan.", path=path) from exc


def own_folder() -> Path:
    """Plans that were begun here."""
    return folders().data / "plans"


def names() -> list[str]:
    """Plans that were begun, then those that PyroBlur brings."""
    own = sorted(path.stem for path in own_folder().glob(f"*{ENDING}"))
    return list(dict.fromkeys([*own, *sorted(path.stem for path in resource("plans").glob(f"*{ENDING}"))]))


def find(wanted: str) -> Plan:
    """A plan by its name or its file. Raises PlanError."""
    path = Path(wanted)
    if path.suffix == ENDING:
        return read(path)
    for folder in (own_folder(), resource("plans")):
        if wanted in names() and (folder / f"{wanted}{ENDING}").is_file():
            return read(folder / f"{wanted}{ENDING}")
    message = f"There is no plan named {wanted}."
    raise PlanError(message, hint=f"There are: {', '.join(names())}; or give a {ENDING} file.")


def keep(plan: Plan) -> Path:
    """Keeps a plan that is begun. Its budget may be changed later, nothing else. Raises PlanError, OutputError."""
    path = own_folder() / f"{plan.name}{ENDING}"
    if path.is_file():
        before = read(path)
        if before.model_copy(update={"budget": plan.budget}) != plan:
            message = f"A plan named {plan.name} was begun before, with other content."
            hint = "Give this one another name, so that its runs are not mixed with those."
            raise PlanError(message, hint=hint, path=path)
    with PartFile(path) as part:
        part.path.write_text(as_toml(plan), encoding="utf-8")
        part.commit()
    return path


def plan_of(run: str) -> str | None:
    """The plan that a run belongs to, by its name."""
    name, mark, _ = run.partition(MARK)
    return name if mark and (own_folder() / f"{name}{ENDING}").is_file() else None


def as_toml(plan: Plan) -> str:
    """The plan as its file."""
    lines = [f"{name} = {_toml(value)}" for name, value in plan.model_dump(
        mode="json", exclude={"set", "grid", "phases", "budget"}, exclude_defaults=True).items()]  # fmt: skip
    for title, values in (
        ("set", plan.set),
        ("grid", plan.grid),
        ("budget", plan.budget.model_dump(exclude_defaults=True)),
    ):
        if values:
            lines += ["", f"[{title}]", *(f"{name} = {_toml(value)}" for name, value in values.items())]
    for phase in plan.phases:
        lines += ["", "[[phases]]"]
        lines += [f"{name} = {_toml(value)}" for name, value in phase.model_dump(exclude_defaults=True).items()]
    return "\n".join(lines) + "\n"


def _stage(plan: Plan, phase: Phase, before: Stage | None, outcomes: Mapping[str, Outcome]) -> Stage:
    settings = _settings(plan, phase, before)
    seeds: Sequence[Scalar | None] = phase.seeds or plan.grid.get(SEED, (None,))
    pairs = list(itertools.product(settings, seeds))[: phase.first or None]
    if len(pairs) > MOST_RUNS:
        message = f"The phase {phase.name} comes to {len(pairs):,} runs; at most {MOST_RUNS} are made."
        raise PlanError(message, hint="Take fewer values in the grid, or several plans.")
    cells = [_cell(plan, phase, number, pair, outcomes) for number, pair in enumerate(pairs, 1)]
    lines = [_line(setting, tuple(cells)) for setting, cells in itertools.groupby(cells, key=lambda cell: cell.setting)]
    return Stage(phase, tuple(lines), is_known=True)


def _settings(plan: Plan, phase: Phase, before: Stage | None) -> list[tuple[tuple[str, Scalar], ...]]:
    if before is not None and phase.best:
        done = sorted((line for line in before.lines if line.spread is not None), key=_mean, reverse=True)
        return [line.setting for line in done[: phase.best]]
    names = plan.swept
    return [
        tuple(zip(names, values, strict=True)) for values in itertools.product(*(plan.grid[name] for name in names))
    ]


def _cell(
    plan: Plan,
    phase: Phase,
    number: int,
    pair: tuple[tuple[tuple[str, Scalar], ...], Scalar | None],
    outcomes: Mapping[str, Outcome],
) -> Cell:
    setting, seed = pair
    values = {**plan.set, **dict(setting), **phase.set} | ({SEED: seed} if seed is not None else {})
    run = f"{plan.name}{MARK}{phase.name}-{number:02}"
    known = outcomes.get(run, Outcome(CellState.WAITING))
    return Cell(run, phase.name, setting, int(seed) if seed is not None else None, tuple(values.items()), known)


def _line(setting: tuple[tuple[str, Scalar], ...], cells: tuple[Cell, ...]) -> Line:
    done = [(cell.run, cell.outcome.value) for cell in cells if cell.outcome.state is CellState.DONE]
    values = [(run, value) for run, value in done if value is not None]
    return Line(setting, cells, spread(values) if values else None)


def _mean(line: Line) -> float:
    return line.spread.mean if line.spread is not None else float("-inf")


def _within_budget(budget: Budget, waiting: Sequence[Cell], *, spent_s: float, made: int) -> list[Cell]:
    """Those that may still be begun. A run that was begun is finished."""
    begun = [cell for cell in waiting if cell.outcome.state is CellState.STARTED]
    new = [cell for cell in waiting if cell.outcome.state is CellState.WAITING]
    if budget.hours and spent_s >= budget.hours * 3600:
        new = []
    if budget.runs:
        new = new[: max(0, budget.runs - made)]
    allowed = {cell.run for cell in (*begun, *new)}
    return [cell for cell in waiting if cell.run in allowed]


def _without(stage: Stage, runs: set[str]) -> Stage:
    left_out = Outcome(CellState.LEFT_OUT)
    lines = [
        _line(
            line.setting,
            tuple(
                Cell(cell.run, cell.phase, cell.setting, cell.seed, cell.values, left_out) if cell.run in runs else cell
                for cell in line.cells
            ),
        )
        for line in stage.lines
    ]
    return Stage(stage.phase, tuple(lines), is_known=True)


def _toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{name} = {_toml(each)}' for name, each in value.items())} }}"
        case _:
            text = str(value).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{text}"'
