"""What the charts are made of: figures from a run's file and from its events, smoothing, thinning. No window."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from pyroblur_gui.ui.curves import Points
from pyroblur_gui.ui.tabs.training.figures import History, as_csv, figures, read_history
from pyroblur_gui.ui.widgets.thinning import Trace, smoothed, thinned

HEAD = (
    "epoch,time,train/box_loss,train/cls_loss,train/dfl_loss,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),"
    "metrics/mAP50-95(B),val/box_loss,val/cls_loss,val/dfl_loss,lr/pg0,lr/pg1,lr/pg2"
)


def line(epoch: int, *, best: float = 0.1) -> str:
    return f"{epoch},9.5,3.{epoch},4.1,1.2,0.5,0.25,0.3,{best},2.{epoch},3.5,1.1,0.001,0.002,0.003"


def write(folder: Path, *lines: str) -> Path:
    (folder / "results.csv").write_text("\n".join([HEAD, *lines]) + "\n")
    return folder


def test_a_run_that_ended_has_the_figures_that_it_told(tmp_path: Path) -> None:
    history = read_history(write(tmp_path, line(1), line(2, best=0.4), line(3, best=0.2)))
    assert list(history.points("train/box_loss").steps) == [1, 2, 3]
    assert history.last("precision") == 0.5
    assert history.last("lr") == 0.003
    assert history.best() == (2, 0.4)
    shown = {curve.name for figure in figures() for curve in figure.curves if not curve.name.startswith("batch/")}
    assert shown == set(history.names())


def test_a_line_that_a_kill_cut_short_is_left_out_and_an_epoch_that_was_done_again_counts_once(tmp_path: Path) -> None:
    history = read_history(write(tmp_path, line(1), line(2, best=0.4), line(2, best=0.3), "3,9.5,3.1"))
    assert list(history.points("mAP50-95").steps) == [1, 2]
    assert history.last("mAP50-95") == 0.3
    assert list(history.points("train/box_loss").steps) == [1, 2, 3]
    assert read_history(tmp_path / "nowhere").names() == []


def test_steps_are_those_of_the_present_epoch_only() -> None:
    history = History()
    for step in range(1, 4):
        history.add("batch/box_loss", step, 5.0 - step)
    history.add("mAP50-95", 1, 0.1)
    assert list(history.points("batch/box_loss").steps) == [1, 2, 3], "they stay until the next epoch begins"
    history.add("batch/box_loss", 4, 1.5)
    assert list(history.points("batch/box_loss").steps) == [1]
    assert list(history.points("batch/box_loss").values) == [1.5]


def test_what_is_no_number_is_left_out() -> None:
    history = History()
    history.add("train/box_loss", 1, float("nan"))
    history.add("train/box_loss", 2, float("inf"))
    assert history.names() == []
    assert history.points("train/box_loss").near(1) is None


def test_the_point_nearest_to_the_pointer_is_found() -> None:
    history = History()
    for step, value in ((1, 0.1), (4, 0.4), (9, 0.9)):
        history.add("mAP50", step, value)
    places = (-3.0, 2.4, 2.6, 6.4, 6.6, 99.0)
    assert [history.points("mAP50").near(place)[0] for place in places] == [1, 1, 4, 4, 9, 9]


def test_the_exported_table_has_a_line_an_epoch_and_then_the_steps(tmp_path: Path) -> None:
    history = read_history(write(tmp_path, line(1), line(2, best=0.4)))
    history.add("batch/box_loss", 7, 3.25)
    epochs, _, steps = as_csv(history).partition("\r\n\r\n")
    rows = list(csv.DictReader(io.StringIO(epochs)))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert rows[1]["mAP50-95"] == "0.4"
    assert steps.split("\r\n")[:2] == ["step,batch/box_loss", "7,3.25"]


@pytest.mark.parametrize("weight", [0.3, 0.6, 0.98])
def test_smoothing_is_the_weighted_average_of_what_came_before(weight: float) -> None:
    values = np.random.default_rng(0).random(600)
    total, weights, expected = 0.0, 0.0, []
    for value in values:
        total, weights = total * weight + value, weights * weight + 1
        expected.append(total / weights)
    assert np.allclose(smoothed(values, weight), expected)
    assert smoothed(values, weight)[0] == values[0]
    assert np.allclose(smoothed(np.full(50, 2.5), weight), 2.5)


@pytest.mark.parametrize("weight", [0.0, 0.6, 0.98])
def test_a_line_that_grows_is_the_same_as_one_that_is_made_anew(weight: float) -> None:
    points, trace = Points(), Trace()
    random = np.random.default_rng(2)
    for added in (1, 3, 2000, 0, 1, 40):
        for _ in range(added):
            points.add(len(points) + 1, float(random.random()))
        trace.follow(points, weight)
        values = np.array(points.values)
        assert list(trace.steps) == list(points.steps)
        assert list(trace.values) == list(points.values)
        assert np.allclose(trace.soft, smoothed(values, weight))
        assert (trace.lowest, trace.highest) == (values.min(), values.max())


def test_a_line_whose_past_changes_is_made_anew() -> None:
    points, trace = Points(), Trace()
    for step, value in ((1, 0.1), (3, 0.9)):
        points.add(step, value)
    trace.follow(points, 0.5)
    points.add(3, 0.3)
    points.add(2, 0.2)
    trace.follow(points, 0.5)
    assert (list(trace.steps), list(trace.values)) == ([1, 2, 3], [0.1, 0.2, 0.3])
    assert trace.highest == 0.3
    points.clear()
    trace.follow(points, 0.5)
    assert len(trace) == 0
    points.add(1, 7.0)
    trace.follow(points, 0.5)
    assert (list(trace.soft), trace.lowest) == ([7.0], 7.0)


def test_thinning_keeps_the_highest_and_the_lowest_of_each_stretch() -> None:
    steps = np.arange(100_003, dtype=float)
    values = np.random.default_rng(1).random(len(steps))
    values[[70_000, 70_001]] = (-9.0, 9.0)
    few_steps, few = thinned(steps, values, 600)
    assert len(few) <= 900
    assert {-9.0, 9.0} <= set(few)
    assert (np.diff(few_steps) > 0).all()
    assert few_steps[-1] == steps[-1]
    same, _ = thinned(steps[:600], values[:600], 600)
    assert len(same) == 600
