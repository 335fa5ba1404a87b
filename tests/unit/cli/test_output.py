"""What is printed: exact for machines, harmless for terminals."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyroblur_gui.cli.commands.benchmark import show
from pyroblur_gui.cli.live import LiveBar
from pyroblur_gui.cli.output import File, JsonLines, PlainLines, finished_text, printable, progress_text, write_line
from pyroblur_gui.core.errors import MissingFileError
from pyroblur_gui.jobs.events import (
    Cancelled,
    Detected,
    Failed,
    Finished,
    FoundBox,
    Log,
    Progress,
    SharedImage,
    Started,
)
from pyroblur_gui.jobs.events import Preview as PreviewEvent

STRANGE = "a\nb\x1b[31m\u202egpj.exe" + os.fsdecode(b"\xff") + "🧑\u200d🚀é.jpg"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        (os.fsdecode(b"caf\xe9"), "caf\\udce9"),
        ("🧑\u200d🚀 é", "🧑\u200d🚀 é"),
    ],
)
def test_printable_shows_what_a_terminal_would_obey(text, shown):
    assert printable(text) == shown


def test_json_lines_carry_the_input_exactly():
    stream = io.StringIO()
    lines = JsonLines(stream)
    file = File(Path(STRANGE), 1, 2)
    image = SharedImage(name="x", width=1, height=1)
    for event in (Started(kind="blur"), Progress(stage="render", done=1), PreviewEvent(image=image), Cancelled()):
        lines.hear(file, event)
    lines.hear(file, Finished(result={"output": "o.jpg", "frames": 1, "detections": {"face": 2}, "wall_s": 0.5}))
    lines.refuse(MissingFileError("No.", hint="Look.", path=Path("gone")))
    lines.sum_up("1 done")
    lines.close()
    text = stream.getvalue()
    assert text.isascii()
    parsed = [json.loads(line) for line in text.splitlines()]
    assert [line["type"] for line in parsed] == ["started", "progress", "cancelled", "finished", "failed"]
    assert [line["input"] for line in parsed] == [STRANGE] * 4 + ["gone"]
    assert parsed[3] == {
        "type": "finished", "input": STRANGE, "output": "o.jpg", "frames": 1, "detections": {"face": 2}, "wall_s": 0.5,
    }  # fmt: skip
    assert parsed[4] == {
        "type": "failed", "input": "gone", "code": "missing_file", "message": "No.", "hint": "Look.", "detail": "",
    }  # fmt: skip


def test_plain_lines_are_few_and_on_one_line_each():
    out, err = io.StringIO(), io.StringIO()
    lines = PlainLines(out, err)
    file = File(Path(STRANGE), 1, 2)
    lines.hear(file, Started(kind="blur"))
    for done in range(100):
        lines.hear(file, Progress(stage="render", done=done))
    lines.hear(file, Log(level="warning", text="a\nb"))
    lines.hear(file, Finished(result={"output": STRANGE, "frames": 3, "detections": {"face": 2}, "wall_s": 1.25}))
    lines.hear(file, Failed(code="x", message="It\nfailed.", hint="Try."))
    assert len(out.getvalue().splitlines()) == 2
    assert out.getvalue().endswith("(3 frames, 2 faces, 1.2 s)\n")
    assert len(err.getvalue().splitlines()) == 2
    assert err.getvalue().endswith("failed: It\\nfailed. Try.\n")
    assert "\x1b" not in out.getvalue() + err.getvalue()


def test_live_bar_takes_nothing_in_a_name_for_markup(capsys):
    bar = LiveBar()
    file = File(Path("[red]" + STRANGE), 1, 1)
    bar.hear(file, Started(kind="blur"))
    bar.hear(file, Progress(stage="render", done=1, total=2, rate=30, eta_s=61))
    bar.hear(file, Finished(result={"output": "[bold]o.jpg"}))
    bar.sum_up("1 done")
    bar.close()
    shown = capsys.readouterr().out
    assert "[red]a\\nb\\x1b[31m\\u202egpj.exe" in shown
    assert "[bold]o.jpg" in shown


def test_progress_says_how_far_how_fast_how_long():
    progress = Progress(stage="render", done=120, total=600, rate=65.7, eta_s=67)
    assert progress_text(progress) == "render 120 of 600 frames, 66 frames/s, 1:07 left"
    assert progress_text(Progress(stage="analyse", done=7)) == "analyse 7 frames"


def test_bytes_are_told_as_people_count_them():
    progress = Progress(stage="download", done=1_234_567, total=1_832_000_000, unit="bytes", rate=3_100)
    assert progress_text(progress) == "download 1.2 MB of 1.8 GB, 3.1 kB/s"
    assert progress_text(Progress(stage="download", done=512, unit="bytes")) == "download 512 bytes"


def test_a_data_set_ends_with_its_numbers():
    result = {"images": 12, "boxes": {"face": 30}, "problems": 2, "wall_s": 1.25}
    assert finished_text(Finished(result=result)) == "done (12 images, 30 faces, 2 problems, 1.2 s)"


def test_a_poor_encoding_shows_escapes():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    write_line(stream, "é🎥")
    assert raw.getvalue() == b"\\xe9\\U0001f3a5\n"


@pytest.mark.skipif(os.name != "posix", reason="a pipe breaks differently on Windows")
def test_a_reader_that_went_away_ends_nothing():
    code = (
        "import sys, time\n"
        "from pyroblur_gui.cli.output import write_line\n"
        "sys.stdin.readline()\n"
        "for _ in range(3):\n    write_line(sys.stdout, 'x' * 70000)\n"
        "sys.stderr.write('went on')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        child.stdout.close()
        child.stdin.write(b"\n")
        child.stdin.close()
        assert child.stderr.read() == b"went on"
    assert child.returncode == 0


def test_a_file_that_needs_a_look_says_why():
    leaks = [{"label": "face", "frame": number} for number in range(7)]
    result = {
        "output": "o.mp4",
        "frames": 9,
        "needs_look": True,
        "verification": {"leaks": leaks},
        "reasons": ["Cut\nhere.", "Damaged there."],
    }
    text = finished_text(Finished(result=result))
    assert text.startswith("done: o.mp4 (9 frames); needs a look: still found afterwards: face in frame 0, ")
    assert text.endswith("face in frame 4, and 2 more; Cut\\nhere. Damaged there.")
    assert finished_text(Finished(result={**result, "needs_look": False})) == "done: o.mp4 (9 frames)"


def test_boxes_are_listed_for_people():
    box = FoundBox(label="face", score=0.834, left=1.4, top=2, right=30.6, bottom=40)
    out = io.StringIO()
    PlainLines(out, io.StringIO()).hear(File(Path("a.mp4"), 1, 1), Detected(frame=12, time_s=0.4, boxes=(box,)))
    assert out.getvalue() == "[1/1] a.mp4: frame 12, 0.40 s: face 0.83 at 1 2 to 31 40\n"


def test_a_benchmark_is_told_in_the_columns_that_were_measured(capsys):
    show({"models": [{"model": "fast", "clip_fps": 8.94, "clip_leaked": 0}], "report_dir": "here"})
    head, line, _ = capsys.readouterr().out.splitlines()
    assert head.split("  ") == ["model", "clip: frames/s", "clip: bare"]
    assert line.split() == ["fast", "8.9", "0"]
