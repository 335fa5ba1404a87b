"""What is collected for a report of a mistake names nobody: tried with names planted wherever they could come from."""

import getpass
import socket
from pathlib import Path

from pyroblur_gui.core import diagnostics
from pyroblur_gui.core.paths import translations
from pyroblur_gui.core.settings import Settings

PLANTED = ("Anna Karenina", "anna", "holiday", "secret-project", "Müller", "/home/anna", "C:\\Users")
LOG = """2026-11-30 01:26:11,123 4711 window ERROR pyroblur_gui.ui.app: an unforeseen error in /home/anna/holiday.mp4
Traceback (most recent call last):
  File "/home/anna/env/lib/python3.11/site-packages/pyroblur_gui/media/reader.py", line 12, in frames
    raise ValueError("holiday with Müller.mp4")
  File "/home/anna/secret-project/plugin.py", line 3, in run
ValueError: C:\\Users\\anna\\holiday.mp4 of Anna Karenina
PyroblurError
2026-11-30 01:26:12,000 4712 worker INFO pyroblur_gui.jobs.child: worked on secret-project/holiday 2.jpg
holiday.mp4
"""


def test_the_log_tells_where_it_went_wrong_and_of_whom_nothing() -> None:
    lines = diagnostics.of_log(LOG)
    text = "\n".join(lines)
    assert not [name for name in PLANTED if name.lower() in text.lower()]
    assert "2026-11-30 01:26:11,123 window ERROR pyroblur_gui.ui.app" in lines
    assert "  pyroblur_gui/media/reader.py:12 frames" in lines
    assert "  elsewhere:3 run" in lines
    assert "  ValueError" in lines


def test_jobs_are_told_by_how_they_ended_and_not_by_their_files() -> None:
    job = {"kind": "blur", "state": "failed", "stage": "analyse", "code": "missing_file"}
    message = "holiday of Anna Karenina.mp4 is not there."
    unknown = "libfoo: /home/anna/holiday.mp4 said no"
    lines = diagnostics.of_jobs([{**job, "message": message}, {**job, "message": unknown}], translations())
    assert lines[0].startswith("blur failed at analyse missing_file: ")
    assert "is not there." in lines[0]
    assert lines[1].endswith("missing_file: …")
    assert not [name for name in PLANTED if name.lower() in "".join(lines).lower()]


def test_of_settings_only_switches_are_told() -> None:
    settings = Settings(
        output_folder=Path("/home/anna/holiday"), name_pattern="{stem}_anna.{ext}", start_when_added=True
    )
    lines = diagnostics.of_settings(settings)
    assert lines == ["output_folder: set", "name_pattern: set", "start_when_added: True"]


def test_the_names_of_user_and_machine_are_taken_out_at_last() -> None:
    machine = socket.gethostname()
    text = diagnostics.report([("x", [f"{getpass.getuser()} on {machine}", str(Path.home())])])
    words = text.replace("/", " ").split()
    assert getpass.getuser() not in words
    assert machine not in words
