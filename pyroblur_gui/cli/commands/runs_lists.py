"""What `pyroblur runs` shows as tables."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic import JsonValue

from pyroblur_gui.cli.output import columns, heads, printable, write_line
from pyroblur_gui.core.translation import moment, numeral, tr
from pyroblur_gui.runs import table
from pyroblur_gui.runs.row import Row

SHORT = 12  # of what is a hash


def show_rows(rows: Sequence[Row], chosen: Sequence[str], *, is_bin: bool) -> None:
    if not rows:
        _say(tr("The bin is empty.") if is_bin else tr("No run here yet: `pyroblur train` makes one."))
        return
    _table([tuple(chosen), *(tuple(cell(name, table.value(row, name)) for name in chosen) for row in rows)])


def show_run(row: Row) -> None:
    for name in table.FACTS:
        text = cell(name, table.value(row, name), short=False)
        if text:
            _say(f"{name}: {text}")
    groups: tuple[tuple[str, Mapping[str, table.Value]], ...] = (
        (tr("figures"), row.metrics), (tr("parameters"), row.params), (tr("tags"), row.tags),
    )  # fmt: skip
    for title, values in groups:
        if values:
            _say(f"{title}:")
            for name, value in sorted(values.items()):
                _say(f"  {name}: {cell(name, value)}")


def show_comparison(told: Mapping[str, JsonValue]) -> None:
    runs = [str(name) for name in _list(told["runs"])]
    for title, key in ((tr("told differently"), "params"), (tr("figures"), "metrics")):
        values = told[key]
        if isinstance(values, dict) and values:
            rows = [(name, *(cell(name, _value(each)) for each in _list(line))) for name, line in values.items()]
            _table([(title, *runs), *rows])
            _say("")
    groups = [each for each in _list(told["spread"]) if isinstance(each, dict)]
    if any(each["deviation"] is not None for each in groups):
        _table([(tr("seeds: {name}", name=table.MAIN), *heads("mean", "deviation", "runs")), *map(_spread, groups)])


def _spread(group: Mapping[str, JsonValue]) -> tuple[str, ...]:
    params = group["params"]
    named = ", ".join(f"{name}={value}" for name, value in params.items()) if isinstance(params, dict) else ""
    deviation = group["deviation"]
    shown = f"± {numeral(deviation, '.4f')}" if isinstance(deviation, float) else ""
    return named or tr("all"), numeral(_float(group["mean"]), ".4f"), shown, str(len(_list(group["runs"])))


def cell(name: str, found: table.Value, *, short: bool = True) -> str:
    """A value as people read it."""
    if found is None:
        return ""
    if name == "started" and isinstance(found, float):
        return moment(datetime.fromtimestamp(found, UTC).astimezone())
    if name == "seconds" and isinstance(found, float):
        return f"{numeral(found, '.0f')} s"
    if isinstance(found, float):
        return numeral(found, ".4g" if abs(found) < 1e6 else ".0f")
    return str(found)[:SHORT] if short and name in ("commit", "fingerprint", "id") else str(found)


def _table(rows: Sequence[Sequence[str]]) -> None:
    for line in columns(rows):
        write_line(sys.stdout, line)


def _say(text: str) -> None:
    write_line(sys.stdout, printable(text))


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _float(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _value(value: JsonValue) -> table.Value:
    return float(value) if isinstance(value, int | float) else str(value) if value is not None else None
