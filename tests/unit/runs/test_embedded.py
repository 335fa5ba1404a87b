"""A store is read as it is: parameters that a run lacks, has alone or has like all others; runs of others; the bin."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pyroblur_gui.runs import embedded
from pyroblur_gui.runs.row import pack, unpack

TABLES = """
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, status TEXT, start_time INT, end_time INT,
                   lifecycle_stage TEXT, experiment_id INT);
CREATE TABLE params (key TEXT, value TEXT NOT NULL, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
CREATE TABLE latest_metrics (key TEXT, value FLOAT, is_nan BOOLEAN, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
INSERT INTO experiments VALUES (1, 'PyroBlur'), (2, 'Others');
"""
PARAMS = {
    "a": {"imgsz": "320", "lr0": "0.01", "seed": "1"},
    "b": {"imgsz": "416", "lr0": "0.01", "seed": "1"},
    "c": {"imgsz": "416", "lr0": "0.01"},  # of a version that knew no seed
    "d": {"imgsz": "320", "lr0": "0.01", "mixup": "0.1"},  # lacks one, and has another
    "gone": {"imgsz": "64"},
    "theirs": {"imgsz": "32"},
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "runs.db"
    with closing(sqlite3.connect(path)) as store:
        store.executescript(TABLES)
        for number, (run, params) in enumerate(PARAMS.items()):
            stage, experiment = "deleted" if run == "gone" else "active", 2 if run == "theirs" else 1
            store.execute(
                "INSERT INTO runs VALUES (?, ?, 'FINISHED', ?, NULL, ?, ?)", (run, run, number, stage, experiment)
            )
            store.executemany("INSERT INTO params VALUES (?, ?, ?)", [(*item, run) for item in params.items()])
            store.execute("INSERT INTO tags VALUES ('who', ?, ?)", (f"Ana of {run}", run))
            store.execute("INSERT INTO latest_metrics VALUES ('best/mAP50', ?, 0, ?)", (0.1 + number / 3, run))
            store.execute("INSERT INTO latest_metrics VALUES ('val/box_loss', 0, 1, ?)", (run,))
        store.commit()
    return path


def test_every_run_has_its_own_parameters_figures_and_tags(database: Path) -> None:
    rows = embedded.rows(database, "PyroBlur")
    assert [row.id for row in rows] == ["d", "c", "b", "a"]
    assert {row.id: row.params for row in rows} == {run: PARAMS[run] for run in "dcba"}
    assert {row.id: row.metrics for row in rows}["a"] == {"best/mAP50": 0.1}, "exactly, and without what is no number"
    assert {row.tags["who"] for row in rows} == {f"Ana of {run}" for run in "abcd"}
    assert {row.id: row.params for row in unpack(pack(rows))} == {run: PARAMS[run] for run in "dcba"}


def test_the_bin_and_single_runs_are_read_alone(database: Path) -> None:
    assert [(row.id, row.params) for row in embedded.rows(database, "PyroBlur", deleted=True)] == [
        ("gone", {"imgsz": "64"})
    ]
    only = embedded.rows(database, "PyroBlur", only=["a"])
    assert [(row.id, row.params) for row in only] == [("a", PARAMS["a"])]
    assert embedded.rows(database, "Nobody's") == []
