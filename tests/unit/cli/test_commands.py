"""The commands as they are typed: what they print, and the exit status. Covering itself is tested in tests/e2e."""

import json
import os
import subprocess
import sys

import pytest

from pyroblur_gui import __version__
from pyroblur_gui.cli.main import VERBS


def pyroblur(*arguments, **environment):
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pyroblur_gui", *map(str, arguments)],
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_verb_although_only_the_one_that_is_meant_is_loaded():
    for arguments in (["--help"], ["smear"], ["--help", "blur"]):
        done = pyroblur(*arguments)
        shown = done.stdout + done.stderr
        assert all(verb in shown for verb in VERBS) == (arguments != ["smear"]), arguments
    assert "--crf" in pyroblur("blur", "--help").stdout
    assert "split" in pyroblur("dataset", "--help").stdout


@pytest.mark.parametrize("home", ["blur", "dataset"])
def test_a_home_that_is_called_like_a_verb_is_no_verb(tmp_path, home):
    done = pyroblur("--home", tmp_path / home, "models", "list", "--json", PYROBLUR_HOME="")
    assert (done.returncode, done.stderr) == (0, "")


def test_version_needs_no_command():
    done = pyroblur("--version")
    assert (done.returncode, done.stdout) == (0, f"pyroblur {__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["smear"],
        ["blur"],
        ["blur", "a.jpg", "--frob"],
        ["blur", "a.jpg", "--crf", "99"],
        ["detect", "a", "--crf", "1"],
        ["blur", "a.jpg", "--conf", "faces=0.2"],
        ["detect", "a.jpg", "--conf", "faces=0.2"],
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments):
    done = pyroblur(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout + done.stderr


def test_several_results_do_not_fit_into_a_file(tmp_path):
    (tmp_path / "out").write_bytes(b"x")
    done = pyroblur("blur", tmp_path / "a.jpg", tmp_path / "b.jpg", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "is a file" in done.stderr


def test_a_missing_file_and_an_empty_folder_each_fail_by_name(tmp_path):
    (tmp_path / "empty").mkdir()
    inputs = [tmp_path / "gone.jpg", tmp_path / "empty"]
    done = pyroblur("blur", *inputs, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    ends = {line["input"]: line for line in lines if line["type"] == "failed"}
    assert done.returncode == 1
    assert set(ends) == set(map(str, inputs))
    assert all(end["code"] == "missing_file" and end["message"] and end["hint"] for end in ends.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]


def test_home_moves_what_pyroblur_keeps(tmp_path):
    done = pyroblur("--home", tmp_path / "home", "models", "import", tmp_path / "notes.txt", PYROBLUR_HOME="")
    assert done.returncode == 1
    assert "notes.txt" in done.stderr
    assert (tmp_path / "home" / "logs").is_dir()


def test_models_lists_what_model_can_name():
    done = pyroblur("models", "list", "--json")
    entries = {entry["name"]: entry for entry in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert set(entries) >= {"thorough", "fast"}
    assert set(entries["fast"]["classes"]) == {"face", "license_plate"}
    assert "fast" in pyroblur("models", "list").stdout


def test_importing_what_is_no_model_fails_and_leaves_nothing(tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    done = pyroblur("models", "import", tmp_path / "broken.onnx", "--name", "mine", "--json")
    (line,) = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert (line["type"], line["code"]) == ("failed", "model")
    assert "mine" not in pyroblur("models", "list").stdout


def test_doctor_prints_one_document():
    done = pyroblur("doctor", "--json")
    parts = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert parts["system"]["pyroblur"].startswith(__version__)
    assert set(parts) >= {"libraries", "engines", "encoders", "folders", "models"}


def test_the_window_is_opened_by_whoever_knows_it(tmp_path):
    code = (
        "import sys; from pyroblur_gui.cli.doors import Doors; from pyroblur_gui.cli.main import main; "
        "sys.exit(main(Doors(open_window=lambda files: print(files) or 7)))"
    )
    arguments = ["--home", tmp_path, "gui", "a.jpg", "b.mp4"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "['a.jpg', 'b.mp4']\n")


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_home_that_is_a_file_is_named_before_anything_is_done(tmp_path, way):
    home, out = tmp_path / "home", tmp_path / "out"
    home.write_text("in the way")
    options, variables = (["--home", home], {}) if way == "option" else ([], {"PYROBLUR_HOME": str(home)})
    done = pyroblur(*options, "blur", tmp_path / "a.jpg", "-o", out, **variables)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("failed: PyroBlur cannot keep its own files in")
    assert f"{home} is a file, not a folder" in line
    assert "--home" in line
    assert "Errno" not in line
    assert not out.exists()
    assert home.read_text() == "in the way"
