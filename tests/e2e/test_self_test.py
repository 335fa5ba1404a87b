"""`pyroblur self-test` as it is typed: one line a check, and a status that says whether all passed."""

import json
from pathlib import Path

from door import Door

STEPS = ["worker", "resources", "clip", "cover", "output", "window", "icons", "translations"]


def test_it_passes_here_and_leaves_nothing_behind(tmp_path: Path):
    door = Door(tmp_path)
    answer = door.run("self-test", "--json")
    told = json.loads(answer.out)
    assert [check for check in told["checks"] if not check["has_passed"]] == []
    assert [check["name"] for check in told["checks"]] == STEPS
    assert answer.status == 0
    assert answer.err == ""
    assert answer.litter == answer.strays == ()
    assert [path.name for path in door.home.iterdir()] == ["logs"]


def test_a_broken_window_is_told_after_what_works(tmp_path: Path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "qasync.py").write_text("raise ImportError('libEGL.so.1: cannot open shared object file')")
    answer = Door(tmp_path / "door").run("self-test", environment={"PYTHONPATH": str(broken)})
    lines = answer.out.splitlines()
    assert [line[:6] for line in lines[:-1]] == ["ok    "] * 5 + ["FAILED"]
    assert "libEGL.so.1" in lines[-2]
    assert lines[-1].endswith("1 failed")
    assert answer.status == 1
