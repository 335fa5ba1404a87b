"""The table of runs: which columns there are, which runs a filter leaves, in which order, and all of it as CSV.

A filter is words with blanks between, all of which must hold: `name>=0.5`, `imgsz=320`, `state!=failed` compare a
column; any other word is looked for in the run's name, data, notes and tags.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pyroblur_gui.core.errors import RunStoreError
from pyroblur_gui.runs.row import Row

Value = str | float | None

MAIN = "best/mAP50-95"
FACTS: Mapping[str, Callable[[Row], Value]] = {
    "run": lambda row: row.name,
    "state": lambda row: row.state,
    "started": lambda row: row.started,
    "seconds": lambda row: row.seconds,
    "data": lambda row: row.data,
    "model": lambda row: row.model,
    "plan": lambda row: row.plan,
    "note": lambda row: row.note,
    "commit": lambda row: row.commit,
    "fingerprint": lambda row: row.fingerprint,
    "id": lambda row: row.id,
}
FIRST = ("run", "state", MAIN, "started", "seconds", "data")
MEASURED = ("best/mAP50", "best/precision", "best/recall", "latency_ms", "leak_objects")
_COMPARISON = re.compile(r"^([\w./ -]+?)(>=|<=|!=|=|>|<)(.*)$")


def value(row: Row, column: str) -> Value:
    """What stands in a column: a fact, a metric, a parameter (a number where it is one), a tag."""
    if column in FACTS:
        return FACTS[column](row)
    if column in row.metrics:
        return row.metrics[column]
    if column in row.params:
        return number(row.params[column])
    return row.tags.get(column)


def number(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return text


def columns(rows: Iterable[Row]) -> list[str]:
    """All there are: facts, then metrics, parameters and tags by name."""
    metrics: set[str] = set()
    params: set[str] = set()
    tags: set[str] = set()
    for row in rows:
        metrics |= row.metrics.keys()
        params |= row.params.keys()
        tags |= row.tags.keys()
    named = dict.fromkeys([*FACTS, *sorted(metrics), *sorted(params), *sorted(tags)])
    return list(named)


def usual(rows: Sequence[Row]) -> list[str]:
    """What is shown before the user chooses: facts, the figures that count, and the parameters that differ."""
    there = {name for row in rows for name in row.metrics}
    differing = [name for name in varying(rows) if name not in ("data", "name", "title", "summary")]
    return [*(name for name in (*FIRST, *MEASURED) if name in FACTS or name in there), *differing[:8]]


def varying(rows: Sequence[Row]) -> list[str]:
    """Parameters that are not the same in all of the runs."""
    names = dict.fromkeys(name for row in rows for name in row.params)
    return [name for name in names if len({row.params.get(name) for row in rows}) > 1]


def matching(rows: Iterable[Row], text: str) -> list[Row]:
    """Those that a filter leaves."""
    tests = [_test(word) for word in text.split()]
    return [row for row in rows if all(test(row) for test in tests)]


def ordered(rows: Iterable[Row], column: str, *, descending: bool = False) -> list[Row]:
    """By a column: numbers by size, texts by letters; runs that have nothing there come last."""
    known: list[Row] = []
    unknown: list[Row] = []
    for row in rows:
        (unknown if value(row, column) in (None, "") else known).append(row)
    known.sort(key=lambda row: sort_key(value(row, column)), reverse=descending)
    return known + unknown


def sort_key(found: Value) -> tuple[int, float, str]:
    return (0, found, "") if isinstance(found, int | float) else (1, 0.0, (found or "").casefold())


def as_csv(rows: Sequence[Row], chosen: Sequence[str] | None = None) -> str:
    """A line a run, with a head; times as ISO 8601 in UTC. What a spreadsheet would run as a formula is quoted."""
    names = list(chosen or columns(rows))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_plain(name) for name in names])
    for row in rows:
        writer.writerow([_cell(name, value(row, name)) for name in names])
    return out.getvalue()


def _cell(name: str, found: Value) -> str:
    if found is None:
        return ""
    if name == "started" and isinstance(found, float):
        return datetime.fromtimestamp(found, UTC).isoformat(timespec="seconds")
    return f"{found:.10g}" if isinstance(found, float) else _plain(str(found))


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _test(word: str) -> Callable[[Row], bool]:
    """Raises RunStoreError for a comparison by size with what is no number."""
    found = _COMPARISON.match(word)
    if found is None:
        wanted = word.casefold()
        return lambda row: any(wanted in text.casefold() for text in _texts(row))
    column, sign, given = found.groups()
    limit = number(given)
    if sign in (">", "<", ">=", "<=") and not isinstance(limit, float):
        message = f"{word}: {given or 'nothing'} is no number to compare {column} with."
        raise RunStoreError(message, hint="Write a number after the sign, such as best/mAP50>=0.5.")
    return lambda row: _compares(value(row, column), sign, limit)


def _compares(found: Value, sign: str, limit: Value) -> bool:
    if sign in ("=", "!="):
        is_same = found == limit or str(found or "").casefold() == str(limit).casefold()
        return is_same == (sign == "=")
    if not isinstance(found, int | float) or not isinstance(limit, int | float):
        return False
    return {">": found > limit, "<": found < limit, ">=": found >= limit, "<=": found <= limit}[sign]


def _texts(row: Row) -> tuple[str, ...]:
    return (row.name, row.data, row.note, row.model, row.plan, row.state, *row.tags, *row.tags.values())
