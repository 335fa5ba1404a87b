"""The report for a bug report: whole where all is well, and still useful where something is broken."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from pyroblur_gui.blurring import project
from pyroblur_gui.blurring.project import Project
from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.events import Event
from pyroblur_gui.operations import doctor
from pyroblur_gui.operations.spec import DoctorSpec


class Listening:
    """A context that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def check_cancelled(self) -> None:
        return


def test_every_part_is_found_out():
    context = Listening()
    result = doctor.run(DoctorSpec(), context)
    assert {name: facts["error"] for name, facts in result.items() if "error" in facts} == {}
    assert result["libraries"]["av"][0].isdigit()
    assert result["encoders"]["libx264"] == "works"
    assert result["encoders"]["libx265"] == "works"
    assert result["training pack"]["state"] in {"not_needed", "unavailable"}
    assert result["models"]["thorough"] == "face, license_plate"
    assert result["folders"]["models"] == str(folders().models)
    assert "OpenVINO" in result["engines"]["auto for face"]
    assert len(context.events) == len(result)
    json.dumps(result)


def test_it_says_what_is_kept_of_jobs_that_did_not_end():
    begun = folders().projects / "begun"
    with Project(begun):
        pass
    (begun / "00000.nut").write_bytes(bytes(3_000_000))
    kept = doctor.run(DoctorSpec(), Listening())["unfinished work"]
    assert kept["jobs"] == 1
    assert 3.0 <= kept["megabytes"] < 3.2
    shutil.rmtree(folders().projects)
    assert project.unfinished() == (0, 0)


def test_nothing_names_the_user(monkeypatch, tmp_path):
    home = tmp_path / "jane.doe"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("PYROBLUR_HOME", str(home / "blur"))
    result = doctor.run(DoctorSpec(), Listening())
    assert "jane.doe" not in json.dumps(result)
    assert result["folders"]["PYROBLUR_HOME"] == f"~{Path('/blur')}"


def test_a_home_folder_is_not_taken_for_one_that_begins_like_it(monkeypatch):
    monkeypatch.setenv("HOME", "/home/jo")
    monkeypatch.setenv("USERPROFILE", "/home/jo")
    assert doctor.without_user("/home/joanna/x") == "/home/joanna/x"
    assert doctor.without_user("/home/jo") == "~"


def test_a_broken_library_is_reported_and_the_rest_goes_on(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    result = doctor.run(DoctorSpec(), Listening())
    assert result["ffmpeg"]["error"].startswith("ModuleNotFoundError")
    assert "error" in result["encoders"]
    assert result["libraries"]["numpy"][0].isdigit()


@pytest.mark.timeout(120)
def test_measuring_gives_a_time_an_engine():
    result = doctor.run(DoctorSpec(measure=True), Listening())
    times = result["milliseconds a picture"]
    assert any(title.startswith("OpenVINO") for title in times)
    assert any(title.startswith("ONNX Runtime") for title in times)
    assert all(milliseconds > 0 for each in times.values() for milliseconds in each)
