"""What a plan holds, and what is due of it: decided by the plan and its runs alone."""

from pathlib import Path

import pytest
from run_folders import make_run

from pyroblur_gui.core.errors import PlanError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.operations import plans
from pyroblur_gui.runs import plan as known
from pyroblur_gui.runs.plan import Budget, CellState, Outcome, Phase, Plan, progress
from pyroblur_gui.training.run import RunState

GRID = {"imgsz": (320, 416), "lr0": (0.005, 0.01), "seed": (1, 42)}


def plan(**changes: object) -> Plan:
    return Plan.model_validate({"name": "sizes", "recipe": "quick", "data": "street", "grid": GRID, **changes})


def done(value: float, seconds: float = 60.0) -> Outcome:
    return Outcome(CellState.DONE, value, seconds)


def test_the_example_grid_comes_to_eight_runs_with_every_value() -> None:
    found = known.find("sizes-and-rates").model_copy(update={"data": "street"})
    plans.check(found)
    specs = [plans.spec_of(found, cell) for cell in plans.progress(found).due]
    told = {(each.recipe.hyperparameters.imgsz, each.recipe.hyperparameters.lr0, each.recipe.hyperparameters.seed)
            for each in specs}  # fmt: skip
    assert told == {(size, rate, seed) for size in (320, 416) for rate in (0.005, 0.01) for seed in (1, 42)}
    assert len({each.run for each in specs}) == 8


@pytest.mark.parametrize("name", known.names())
def test_every_plan_that_is_shipped_can_be_run(name: str) -> None:
    plans.check(known.find(name).model_copy(update={"data": "street"}))


def test_seeds_are_taken_together_and_the_best_settings_go_on_with_more() -> None:
    phases = (
        Phase(name="smoke", first=1, set={"epochs": 1}),
        Phase(name="coarse"),
        Phase(name="again", best=2, seeds=(1, 2, 3)),
        Phase(name="final", best=1, seeds=(7,), set={"epochs": 50}),
    )
    tried = plan(phases=phases)
    first = progress(tried, {})
    assert [cell.run for cell in first.due] == ["sizes--smoke-01"]
    assert [stage.is_known for stage in first.stages] == [True, False, False, False]
    outcomes = {"sizes--smoke-01": done(0.1)}
    coarse = progress(tried, outcomes)
    assert len(coarse.due) == 8
    values = dict(zip([cell.run for cell in coarse.due], [0.1, 0.2, 0.5, 0.7, 0.3, 0.3, 0.4, 0.6], strict=True))
    outcomes |= {run: done(value) for run, value in values.items()}
    again = progress(tried, outcomes)
    settings = [dict(line.setting) for line in again.stages[2].lines]
    assert settings == [{"imgsz": 320, "lr0": 0.01}, {"imgsz": 416, "lr0": 0.01}]  # means 0.6 and 0.5
    assert again.ranking()[0].spread.deviation == pytest.approx(0.1414, abs=1e-4)  # of 0.5 and 0.7
    assert [cell.seed for cell in again.due] == [1, 2, 3, 1, 2, 3]
    outcomes |= {cell.run: done(0.9 if cell.setting[0][1] == 416 else 0.8) for cell in again.due}
    final = progress(tried, outcomes)
    (only,) = final.due
    assert dict(only.values) == {"imgsz": 416, "lr0": 0.01, "epochs": 50, "seed": 7}
    assert progress(tried, outcomes | {only.run: done(0.95)}).is_over


def test_a_budget_ends_a_plan_and_a_run_that_was_begun_is_finished() -> None:
    tried = plan(budget=Budget(hours=1))
    outcomes = {"sizes--grid-01": done(0.1, 3700.0), "sizes--grid-02": Outcome(CellState.STARTED, None, 10.0)}
    found = progress(tried, outcomes)
    assert [cell.run for cell in found.due] == ["sizes--grid-02"]
    assert sum(cell.outcome.state is CellState.LEFT_OUT for cell in found.cells) == 6
    assert len(progress(plan(budget=Budget(runs=3)), {}).due) == 3


def test_runs_on_disk_tell_what_is_left_of_a_plan() -> None:
    tried = plan()
    make_run(folders().runs, "sizes--grid-01", best=0.3)
    make_run(folders().runs, "sizes--grid-02", state=RunState.FAILED)
    begun = make_run(folders().runs, "sizes--grid-03", state=RunState.STOPPED)
    begun.last.write_bytes(b"weights")
    found = plans.progress(tried)
    assert [cell.run for cell in found.due] == [f"sizes--grid-{number:02}" for number in range(3, 9)]
    assert [plans.spec_of(tried, cell).resumes for cell in found.due] == [True, *[False] * 5]
    assert found.spent_s == pytest.approx(3 * 31.5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 'x'\nrecipe = 'quick'\n[grid]\nimgsz = []", "imgsz has no values"),
        ("name = 'X Y'\nrecipe = 'quick'\n[grid]\nimgsz = [320]", "name"),
        ("recipe = 'quick'\n[grid]\nimgsz = [320]", "name"),
        ("name = 'x'\nrecipe = 'quick'\nsoup = 1\n[grid]\nimgsz = [320]", "soup"),
        ("name = [", "cannot be read"),
    ],
)
def test_a_plan_that_is_not_valid_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(PlanError, match=said):
        known.read(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grid": {"imgsz": (100,)}}, "multiple of 32"),
        ({"grid": {"nonsense": (1,)}}, "no hyperparameter named nonsense"),
        ({"recipe": "soup"}, "no recipe named soup"),
        ({"data": ""}, "does not say which data set"),
        ({"phases": (Phase(name="all", set={"epochs": 0}),)}, "epochs"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_run(changes: dict[str, object], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        plans.check(plan(**changes))


def test_a_begun_plan_may_change_its_budget_and_nothing_else() -> None:
    known.keep(plan())
    known.keep(plan(budget=Budget(hours=2)))
    assert known.find("sizes").budget.hours == 2
    with pytest.raises(PlanError, match="begun before"):
        known.keep(plan(grid={"imgsz": (640,)}))
    full = plan(set={"cos_lr": True}, phases=(Phase(name="one", set={"epochs": 3}, seeds=(1, 2)),), title='a "b"')
    path = known.own_folder() / "full.toml"
    path.write_text(known.as_toml(full), encoding="utf-8")
    assert known.read(path) == full
