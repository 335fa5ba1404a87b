"""What is logged of a run: a benchmark of its model changes no epoch's figures, the commit is that of its training."""

import json
from datetime import UTC, datetime

from run_folders import make_run

from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.system import checkout_commit
from pyroblur_gui.operations.run_figures import MEASURED_FILE, Measured
from pyroblur_gui.operations.runs_sync import run_log
from pyroblur_gui.runs.row import COMMIT_TAG
from pyroblur_gui.training.fit import versions


def test_a_benchmark_stands_beside_what_the_epochs_came_to() -> None:
    """Its precision and recall were logged as those of the last epoch, and bent the ends of the curves."""
    folder = make_run(folders().runs, "first", best=0.5)
    figures = {"precision": 0.9, "recall": 0.8, "map50_95": 0.7, "leak_objects": 0.1, "latency_ms": 12.0}
    measured = Measured(made=datetime(2026, 1, 2, tzinfo=UTC), data="street", figures=figures)
    (folder.path / MEASURED_FILE).write_text(json.dumps(measured.model_dump(mode="json")))
    told = run_log(folder)
    assert [point.value for point in told.series["recall"]] == [0.4] * 3
    assert not told.series.keys() & told.summary.keys()
    found = {name: point.value for name, point in told.summary.items()}
    assert found["measured/recall"] == 0.8
    assert found["measured/precision"] == 0.9
    assert found["measured/mAP50-95"] == 0.7
    assert (found["leak_objects"], found["latency_ms"], found["best/mAP50-95"]) == (0.1, 12.0, 0.5)


def test_the_commit_is_that_of_the_training_not_of_the_day_on_which_it_is_logged() -> None:
    folder = make_run(folders().runs, "first")
    assert COMMIT_TAG not in run_log(folder).tags, "a run that does not know it is given no other"
    assert versions().get("commit", "") == checkout_commit()
    record = folder.record()
    folder.keep(record.model_copy(update={"versions": {"torch": "2", "commit": "0" * 40}}))
    tags = run_log(folder).tags
    assert tags[COMMIT_TAG] == "0" * 40
    assert "pyroblur.version.commit" not in tags
