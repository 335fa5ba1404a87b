"""A program that was installed without torch makes its training pack from a folder of wheels.

That it trains in it: test_packaged.py.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import shelf
from packed import base_python, make_program, make_shipped, make_wheels
from small_sets import yolo_folder

RECIPE = ("--recipe", "quick", "--from-scratch", "--device", "cpu")
SETTINGS = ("--set", "epochs=1", "--set", "imgsz=64", "--set", "batch=4", "--set", "save_period=-1")
LIMIT_S = 900.0  # on a busy machine; alone it takes a minute and a half
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Program:
    """PyroBlur without torch, in a Python of its own; and where it keeps its files."""

    python: Path
    home: Path

    def run(self, *arguments: str | Path, status: int = 0) -> list[dict]:
        """Its lines of JSON."""
        told = self._run("-m", "pyroblur_gui", *arguments, status=status)
        return [json.loads(line) for line in told if line.startswith("{")]

    def see(self, script: str, *arguments: str | Path) -> list[str]:
        """What a script that drives its window tells."""
        return self._run(REPOSITORY / script, *arguments)

    def _run(self, *arguments: str | Path, status: int = 0) -> list[str]:
        """No network: a proxy that nobody is behind."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
        done = subprocess.run(
            [self.python, "-P", *map(str, arguments)],
            env=environment | nowhere | {"PYROBLUR_HOME": str(self.home)}, capture_output=True, text=True,
            check=False, timeout=LIMIT_S, cwd=self.home.parent,
        )  # fmt: skip
        assert done.returncode == status, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout.splitlines()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    shipped = make_shipped(tmp_path / "shipped")
    return Program(make_program(tmp_path, shipped), tmp_path / "home")


@pytest.mark.usefixtures("training_part", "tracking_part")
@pytest.mark.timeout(1800)
def test_without_torch_the_window_makes_a_pack_from_a_folder(program: Program, tmp_path: Path) -> None:
    data = yolo_folder(tmp_path / "data", 12) / "data.yaml"
    train = ("train", "--data", data, *RECIPE, *SETTINGS, "--name", "first", "--json")
    refused = program.run(*train, status=1)[-1]
    assert refused["code"] == "missing_extra"
    assert "pyroblur pack install" in refused["hint"]
    assert program.run("pack", "status", "--json")[-1]["state"] == "absent"
    wheels = make_wheels(tmp_path / "wheels")
    seen = program.see("tests/ui/training/a_window_that_gets_a_pack.py", wheels, base_python())
    assert [line.partition(":")[0] for line in seen] == ["offered", "refused", "asked", "cancelled", "made"]
    assert "absent" in seen[1], "the folder of wheels that is not there is named"
    assert seen[2:] == ["asked: True", "cancelled: True", "made: True"]
    assert program.run("pack", "status", "--json")[-1]["state"] == "ready"
    freed = program.run("pack", "remove", "--yes", "--json")[-1]
    assert freed["freed_bytes"] > 50_000_000
    assert program.run("pack", "status", "--json")[-1]["state"] == "absent"


def test_the_command_line_makes_and_removes_a_pack(tmp_path: Path) -> None:
    """With small wheels in place of the real ones: what the command says, and what it asks."""
    program = Program(make_program(tmp_path, make_shipped(tmp_path / "shipped")), tmp_path / "home")
    shelf.make_shipped(tmp_path / "shipped")
    wheels = shelf.make_wheels(tmp_path / "wheels")[0].parent
    install = ("pack", "install", "--wheels", wheels, "--python", base_python())
    asked = subprocess.run(
        [program.python, "-m", "pyroblur_gui", *install], capture_output=True, text=True, check=False,
        env={**os.environ, "PYROBLUR_HOME": str(program.home), "PYTHONPATH": ""}, cwd=tmp_path,
    )  # fmt: skip
    assert asked.returncode == 2
    told = " ".join(asked.stderr.replace("│", " ").split())
    assert "nothing over the network" in told
    assert "--yes" in told
    refused = program.run(*install[:3], tmp_path / "absent", "--yes", "--json", status=1)[-1]
    assert refused["code"] == "missing_file"
    assert program.run(*install, "--yes", "--json")[-1]["torch"] == "2.14.1"
    assert program.run("pack", "status", "--check", "--json")[-1]["state"] == "ready"
    shelf.make_shipped(tmp_path / "shipped", remark="another build")
    assert program.run("pack", "status", "--json", status=1)[-1]["state"] == "outdated"
    assert program.run("pack", "remove", "--yes", "--json")[-1]["freed_bytes"] > shelf.TORCH_BYTES
    assert program.run("pack", "status", "--json")[-1]["state"] == "absent"


def test_where_training_is_installed_no_pack_is_needed(training_part: None, tmp_path: Path) -> None:
    from door import Door

    door = Door(tmp_path / "user")
    for verb in ("status", "install"):
        told = door.run("pack", verb)
        assert told.status == 0
        assert "training is installed" in told.out
