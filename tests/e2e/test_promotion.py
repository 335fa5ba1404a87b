"""A model is promoted on grounds that are kept, used by default from then on, and taken back; never by half."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from door import Door

from pyroblur_gui.benchmark.result import BenchmarkResult, DataFacts, Figures, Interval, ModelResult, Times

pytestmark = [pytest.mark.usefixtures("tracking_part"), pytest.mark.timeout(900)]
LIMIT_S = 400.0


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "user")


def benchmark(door: Door, *, model: str, leak: float) -> Path:
    """A benchmark as it is kept, with that leak rate and its interval."""
    figures = Figures(
        truths=100,
        map50_95=0.6,
        leak_objects=leak,
        intervals={"leak_objects": Interval(low=leak - 0.02, high=leak + 0.02)},
    )
    measured = ModelResult(
        model=model, title=model, engine="openvino", device="cpu", precision="f32", files=("0" * 64,),
        classes=("face", "license_plate"), figures=figures,
        times=Times(median_ms=20.0, p95_ms=25.0, p99_ms=30.0, pictures_s=50.0),
    )  # fmt: skip
    result = BenchmarkResult(
        made="2026-11-29T12:00:00Z", spec={}, machine={}, versions={}, models=(measured,),
        data=DataFacts(name="street", dataset="street", split="val", fingerprint="f" * 64, pictures=50,
                       classes=("face",), truths={"face": 100}),
    )  # fmt: skip
    folder = door.home / "data" / "benchmarks" / "20261129-120000-mine"
    folder.mkdir(parents=True)
    (folder / "benchmark.json").write_text(result.model_dump_json())
    return folder


def test_goals_that_are_not_met_or_not_measured_stop_a_promotion_and_change_nothing(door: Door) -> None:
    benchmark(door, model="fast", leak=0.10)
    missed = door.run("runs", "promote", "fast", "--limit", "leak_objects<=5%", "--json", limit_s=LIMIT_S)
    assert missed.status == 1
    assert missed.lines[-1]["code"] == "promotion"
    assert "leak rate, objects: 0.1, where <= 0.05 is wanted" in missed.lines[-1]["message"]
    unknown = door.run("runs", "promote", "thorough", "--goal", "recall>=0.5", limit_s=LIMIT_S)
    assert unknown.status == 1
    assert "not measured" in unknown.err
    for rule in ("speed", "soup>=1", "recall>=lots"):
        refused = door.run("runs", "promote", "fast", "--goal", rule, limit_s=LIMIT_S)
        assert refused.status == 1, rule
        assert "Traceback" not in refused.err
    assert not (door.home / "data" / "production.json").exists()
    assert not (door.home / "data" / "mlflow" / "runs.db").exists()


def test_a_promoted_model_is_used_by_default_and_rolled_back(
    door: Door, pictures: dict[str, Path], tmp_path: Path
) -> None:
    benchmark(door, model="fast", leak=0.04)
    draft = tmp_path / "why.md"
    written = door.run("runs", "promote", "fast", "--limit", "leak_objects<=5%", "--draft", draft, limit_s=LIMIT_S)
    assert written.status == 0, written.err
    text = draft.read_text()
    for part in (
        "## Candidate",
        "## Alternatives",
        "## Evidence",
        "## Risks and mitigations",
        "## Decision",
        "## Next",
    ):
        assert part in text
    assert "0.04 (0.02 to 0.06)" in text
    assert "its interval is not" in text, "0.06 is above the limit"
    draft.write_text(text + "\nAna agrees.\n")
    promoted = door.run(
        "runs", "promote", "fast", "--limit", "leak_objects<=5%", "--record", draft, "--json", limit_s=LIMIT_S
    )
    assert promoted.status == 0, promoted.out
    assert Path(promoted.lines[-1]["decision"]).read_text().endswith("Ana agrees.\n")
    known = door.run("runs", "registry", "--json", limit_s=LIMIT_S).lines[-1]
    assert known["production"] == "fast"
    assert known["versions"][0]["aliases"] == ["production"]

    covered = door.run(
        "blur", pictures["bus"], "-o", tmp_path / "one.jpg", "--verify", "off", "--json", limit_s=LIMIT_S
    )
    started = next(line for line in covered.lines if line["type"] == "started")
    assert started["detail"]["model"] == "fast"
    back = door.run("runs", "rollback", "--json", limit_s=LIMIT_S)
    assert back.lines[-1]["model"] == "thorough"
    again = door.run("runs", "rollback", limit_s=LIMIT_S)
    assert again.status == 1
    assert "nothing to go back to" in again.err
    with closing(sqlite3.connect(door.home / "data" / "mlflow" / "runs.db")) as store:
        assert store.execute("SELECT COUNT(*) FROM registered_model_aliases").fetchone()[0] == 0


def test_a_store_that_is_away_leaves_everything_as_it_was(door: Door) -> None:
    benchmark(door, model="fast", leak=0.01)
    away = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    answer = door.run("runs", "promote", "fast", "--limit", "leak_objects<=5%", environment=away, limit_s=LIMIT_S)
    assert answer.status == 1
    assert "does not answer" in answer.err
    assert not (door.home / "data" / "production.json").exists()
    assert not list((door.home / "data").glob("decisions/*"))


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_promotion_that_is_killed_or_refused_at_any_step_is_taken_back_as_a_whole(door: Door) -> None:
    program = Path(__file__).with_name("half_promotions.py")
    done = subprocess.run(
        [sys.executable, program], env=door.environment(), capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    whole = told.pop("after file")  # the last step: what comes after it is only the note's end
    assert whole == {"production": "fast", "versions": [["fast", ["production"]]], "records": 1}
    nothing = {"production": "thorough", "versions": [], "records": 0}
    assert told == dict.fromkeys(("refused file", "after register", "after record", "after alias"), nothing)
