"""What a command prints while files are worked on: lines of JSON, plain lines, or (cli/live.py) a bar on a terminal.

File names come from anywhere: a name may hold line ends, escape sequences or marks that turn the reading direction. A
person is shown them escaped; JSON carries them exactly, as ASCII.
"""

import contextlib
import errno
import json
import os
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from pydantic import JsonValue

from pyroblur_gui.cli.unread import UnreadError, send
from pyroblur_gui.core.classes import counted
from pyroblur_gui.core.errors import OutputError, PyroblurError
from pyroblur_gui.core.translation import numeral, term, tr, translated, trn
from pyroblur_gui.jobs.events import Cancelled, Detected, Event, Failed, Finished, Log, Preview, Progress, Started

PLAIN_PROGRESS_S = 10.0
MOST_NAMED = 5  # findings of the check, or classes, in one line
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINER = "\u200d"  # holds emoji together and turns nothing around


@dataclass(frozen=True, slots=True)
class File:
    """One file of a command: `number` of `count`, from 1."""

    path: Path
    number: int
    count: int


class Narrator(Protocol):
    """Tells the user what happens. Every file ends with exactly one of Finished, Failed and Cancelled.

    is_mute: what it tells cannot be written any more (a full disk), which it said on stderr, once.
    """

    is_mute: bool

    def pass_over(self, path: Path, why: str) -> None:
        """A file that is not worked on, on purpose."""
        ...

    def refuse(self, error: PyroblurError) -> None:
        """An input that comes to no file at all."""
        ...

    def hear(self, file: File, event: Event) -> None: ...

    def sum_up(self, text: str) -> None:
        """How a command with several files went."""
        ...

    def close(self) -> None: ...


class JsonLines:
    """One event a line, each with the `input` it is about."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_mute = False

    def pass_over(self, path: Path, why: str) -> None:
        self._write({"input": str(path), "type": "log", "level": "info", "text": why})

    def refuse(self, error: PyroblurError) -> None:
        event = Failed(code=error.code, message=error.message, hint=error.hint)
        self._write({"input": str(error.path or ""), **event.model_dump(mode="json")})

    def hear(self, file: File, event: Event) -> None:
        if isinstance(event, Preview):
            return
        body = event.model_dump(mode="json")
        if isinstance(event, Finished):
            body = {"type": body["type"], **event.result}
        self._write({**body, "input": str(file.path)})

    def sum_up(self, text: str) -> None:
        """Nothing: the last line stays the one of the last file."""

    def close(self) -> None:
        return

    def _write(self, body: dict[str, JsonValue]) -> None:
        self.is_mute |= not _wrote(self._stream, json.dumps(body))


class PlainLines:
    """For a pipe, a log file or a terminal without a cursor: few lines, failures on stderr."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self._out = out
        self._err = err
        self.is_mute = False
        self._told_at = time.monotonic()

    def pass_over(self, path: Path, why: str) -> None:
        self._write(self._out, f"{printable(str(path))}: {translated(why)}")

    def refuse(self, error: PyroblurError) -> None:
        self._write(self._err, failed_text(error.message, error.hint))

    def hear(self, file: File, event: Event) -> None:
        where = f"[{file.number}/{file.count}] {printable(str(file.path))}:"
        match event:
            case Started():
                self._write(self._out, f"{where} {tr('started')}")
            case Progress() if time.monotonic() - self._told_at >= PLAIN_PROGRESS_S:
                self._told_at = time.monotonic()
                self._write(self._out, f"{where} {progress_text(event)}")
            case Detected():
                for line in detected_lines(event):
                    self._write(self._out, f"{where} {line}")
            case Log(level="warning" | "error"):
                self._write(self._err, f"{where} {tr(event.level)}: {printable(translated(event.text))}")
            case Finished():
                self._write(self._out, f"{where} {finished_text(event)}")
            case Failed():
                self._write(self._err, f"{where} {failed_text(event.message, event.hint)}")
            case Cancelled():
                self._write(self._err, f"{where} {tr('cancelled')}")
            case _:
                return

    def sum_up(self, text: str) -> None:
        self._write(self._out, text)

    def close(self) -> None:
        return

    def _write(self, stream: TextIO, text: str) -> None:
        self.is_mute |= not _wrote(stream, text)


def printable(text: str) -> str:
    """The text on one line, with what a terminal would obey rather than show written as an escape."""
    return "".join(
        character
        if character == _JOINER or unicodedata.category(character) not in _UNPRINTABLE
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def write_line(stream: TextIO, text: str) -> None:
    """A line, at once. A reader that went away (`| head`) does not end the work, one that stopped reading does not hold
    up a command that is to end; a poor encoding shows escapes.

    Raises OutputError when it cannot be written (a full disk); what is written after that goes nowhere.
    """
    try:
        send(stream, text + "\n")
    except UnreadError:
        silence(stream)
        if stream is not sys.stderr:
            write_line(sys.stderr, tr("Nobody reads what this command prints: the rest of it is left out."))
    except BrokenPipeError:
        silence(stream)
    except OSError as error:
        silence(stream)
        raise unwritten(error) from error


def unwritten(error: OSError) -> OutputError:
    """The error to raise when what a command prints cannot be written."""
    reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
    message = f"What this command prints could not be written: {reason}."
    return OutputError(message, hint="Make room there, or send it to another place.")


def _wrote(stream: TextIO, text: str) -> bool:
    """Writes a line; False, told on stderr, where that cannot be done."""
    try:
        write_line(stream, text)
    except OutputError as error:
        with contextlib.suppress(OutputError):  # stderr itself may be what is full
            write_line(sys.stderr, failed_text(error.message, error.hint))
        return False
    return True


def silence(stream: TextIO) -> None:
    """From now on, what is written to the stream goes nowhere."""
    with contextlib.suppress(OSError, ValueError):  # what is not written yet goes nowhere, and says nothing
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def choose_narrator(*, as_json: bool) -> Narrator:
    """The one that fits where standard output goes."""
    if as_json:
        return JsonLines(sys.stdout)
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from pyroblur_gui.cli.live import LiveBar  # noqa: PLC0415 - rich costs a tenth of a second, here only

        return LiveBar()
    return PlainLines(sys.stdout, sys.stderr)


def amount(count: float, unit: str) -> str:
    """E.g. "120 frames", "1.8 GB"; a unit of bytes is written as it is readable."""
    if unit != "bytes":
        return f"{numeral(count, '.0f')} {tr(unit)}".rstrip()
    for scale, short in ((1e9, tr("GB")), (1e6, tr("MB")), (1e3, tr("kB"))):
        if count >= scale:
            return f"{numeral(count / scale, '.1f')} {short}"
    return f"{numeral(count, '.0f')} {tr('bytes')}"


def progress_text(progress: Progress) -> str:
    """E.g. "render 120 of 600 frames, 66 frames/s, 0:07 left"; "download 1.2 MB of 1.8 GB, 3.1 MB/s"."""
    if progress.total is None:
        done = amount(progress.done, progress.unit)
    elif progress.unit == "bytes":
        done = tr(
            "{done} of {total}", done=amount(progress.done, progress.unit), total=amount(progress.total, progress.unit)
        )
    else:
        done = tr("{done} of {total}", done=f"{progress.done:.0f}", total=amount(progress.total, progress.unit))
    parts = [f"{tr(progress.stage)} {done}"]
    if progress.rate is not None:
        parts.append(f"{amount(progress.rate, progress.unit)}/s")
    if progress.eta_s is not None:
        minutes, seconds = divmod(round(progress.eta_s), 60)
        parts.append(tr("{time} left", time=f"{minutes}:{seconds:02d}"))
    return ", ".join(parts)


def detected_lines(event: Detected) -> list[str]:
    """E.g. "frame 12, 0.40 s: face 0.83 at 100 50 to 180 150", a line a box."""
    where = tr("frame {number}, {time:.2f} s", number=event.frame, time=event.time_s)
    return [
        tr(
            "{where}: {label} {score:.2f} at {left:.0f} {top:.0f} to {right:.0f} {bottom:.0f}",
            where=where,
            label=printable(box.label),
            score=box.score,
            left=box.left,
            top=box.top,
            right=box.right,
            bottom=box.bottom,
        )
        for box in event.boxes
    ]


def finished_text(event: Finished) -> str:
    """E.g. "done: out/clip_blurred.mp4 (600 frames, 2 faces, 1 licence plate, 9.1 s)"."""
    result = event.result
    facts = [f"{result[what]} {tr(what)}" for what in ("frames", "images") if what in result]
    for found in (result.get("detections"), result.get("boxes")):
        if isinstance(found, dict):
            facts += class_counts(found)
    problems = result.get("problems")
    facts += [trn("{count} problem", "{count} problems", problems)] if isinstance(problems, int) else []
    wall = result.get("wall_s")
    if isinstance(wall, int | float):
        facts.append(f"{numeral(wall, '.1f')} s")
    output = result.get("output")
    done = tr("done: {path}", path=printable(output)) if isinstance(output, str) else tr("done")
    return (f"{done} ({', '.join(facts)})" if facts else done) + _look_text(event)


def needs_look(event: Finished) -> bool:
    """Whether the check after covering, a failed frame or a cut end asks for a person's eye."""
    return event.result.get("needs_look") is True


def _look_text(event: Finished) -> str:
    """E.g. "; needs a look: still found afterwards: face in frame 12, and 3 more"."""
    if not needs_look(event):
        return ""
    verification = event.result.get("verification")
    leaks = verification.get("leaks") if isinstance(verification, dict) else None
    found = [leak for leak in leaks if isinstance(leak, dict)] if isinstance(leaks, list) else []
    named = [
        tr("{label} in frame {number}", label=term(str(leak.get("label"))), number=leak.get("frame"))
        for leak in found[:MOST_NAMED]
    ]
    more = [tr("and {count} more", count=len(found) - MOST_NAMED)] if len(found) > MOST_NAMED else []
    reasons = [tr("still found afterwards: {places}", places=", ".join([*named, *more]))] if found else []
    others = event.result.get("reasons")
    reasons += [" ".join(translated(str(each)) for each in others)] if isinstance(others, list) and others else []
    return printable(tr("; needs a look: {reasons}", reasons="; ".join(reasons) or tr("see the report")))


def class_counts(counts: Mapping[str, JsonValue]) -> list[str]:
    """E.g. "2 faces", "1 licence plate"; of many classes, the first ones and how many more there are."""
    named = [_class_count(label, number) for label, number in counts.items()]
    left = len(named) - MOST_NAMED
    return named if left <= 1 else [*named[:MOST_NAMED], tr("{count} classes more", count=left)]


def _class_count(label: str, number: JsonValue) -> str:
    return counted(label, number) if isinstance(number, int) else f"{number} {label}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines, each column as wide as its longest text; the first row is the head."""
    shown = [[printable(text) for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in shown]


def failure_text(message: str, hint: str) -> str:
    """What failed and what to do, in the user's language, on one line."""
    return printable(" ".join(translated(part) for part in (message, hint) if part))


def failed_text(message: str, hint: str) -> str:
    """E.g. "failed: clip.mp4 is not there. Check its name."."""
    return tr("failed: {message}", message=failure_text(message, hint))


def heads(*names: str) -> tuple[str, ...]:
    """The head of a table."""
    return tuple(tr(name) for name in names)


def summary(counts: Iterable[tuple[int, str]]) -> str:
    """E.g. "3 done, 1 failed": what is zero is not said."""
    return ", ".join(f"{count} {tr(what)}" for count, what in counts if count)
