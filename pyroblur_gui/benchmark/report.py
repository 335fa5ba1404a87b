"""Writes a result as people and programs read it: HTML, Markdown, CSV, PNG and JSON, none with a picture in it.

Every file appears under its name only when it is complete. The page needs nothing else: no script, no font, no file.
"""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from pyroblur_gui import __version__
from pyroblur_gui.benchmark import store
from pyroblur_gui.benchmark.charts import Chart, charts
from pyroblur_gui.benchmark.result import BenchmarkResult
from pyroblur_gui.benchmark.tables import Table, facts, findings, tables
from pyroblur_gui.benchmark.verdict import sentences
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import resource
from pyroblur_gui.core.translation import language, renumbered, term, tr, translated

HTML_FILE, MARKDOWN_FILE = "benchmark.html", "benchmark.md"
CHARTS, TABLES = "charts", "tables"
TITLE = "Benchmark"
_INTERVAL = re.compile(r"(\S+) \((\S+) to (\S+)\)")


def write(
    result: BenchmarkResult, folder: Path, check_cancelled: Callable[[], None] = lambda: None
) -> tuple[Path, ...]:
    """Writes the whole report into the folder, which is made if missing. Raises OutputError, DiskFullError."""
    written = [store.keep(result, folder)]
    drawn = []
    for chart in charts(result):
        check_cancelled()
        drawn.append(chart)
        written.append(_write(folder / CHARTS / f"{chart.name}.png", chart.png()))
    for table in (*tables(result), findings(result)):
        check_cancelled()
        written.append(_write(folder / TABLES / f"{table.name}.csv", as_csv(table).encode()))
    written.append(_write(folder / MARKDOWN_FILE, as_markdown(result, drawn).encode()))
    written.append(_write(folder / HTML_FILE, as_html(result, drawn).encode()))
    return tuple(written)


def as_csv(table: Table) -> str:
    """A name that a spreadsheet would take for a formula is written so that it is text."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerows([f"'{text}" if text[:1] in {"=", "@"} else text for text in row] for row in table.rows)
    return out.getvalue()


def as_markdown(result: BenchmarkResult, drawn: list[Chart]) -> str:
    parts = [f"# {tr(TITLE)}", *(f"- {translated(name)}: {translated(text)}" for name, text in facts(result)), ""]
    parts += [f"**{_escaped(translated(sentence))}**\n" for sentence in sentences(result)]
    parts += [f"> {_escaped(translated(note))}\n" for note in _notes(result)]
    for table in tables(result):
        parts += [f"## {translated(table.title)}", "", *([translated(table.note), ""] if table.note else [])]
        head, *rows = ([_escaped(_cell(text)) for text in row] for row in table.rows)
        lines = [head, ["---"] * len(head), *rows]
        parts += [*(f"| {' | '.join(line)} |" for line in lines), ""]
    for chart in drawn:
        parts += [f"![{translated(chart.title)}. {translated(chart.about)}]({CHARTS}/{chart.name}.png)", ""]
    return "\n".join(parts)


def as_html(result: BenchmarkResult, drawn: list[Chart]) -> str:
    """Every value is escaped; the charts are drawn in."""
    import jinja2  # noqa: PLC0415 - 7 MB and 25 ms that only reports need

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"translated": translated, "cell": _cell}
    environment.globals |= {"tr": tr, "language": language()}
    template = environment.from_string(resource("benchmark.html.j2").read_text(encoding="utf-8"))
    return template.render(
        title=TITLE,
        program=f"PyroBlur {__version__}",
        facts=facts(result),
        sentences=sentences(result),
        notes=_notes(result),
        tables=tables(result),
        charts=[(chart, chart.svg()) for chart in drawn],
    )


def _notes(result: BenchmarkResult) -> list[str]:
    missing = [f"{m.model} does not find {', '.join(m.missing)}." for m in result.models if m.missing]
    return [*result.notes, *(f"{m.model}: {note}" for m in result.models for note in m.notes), *missing]


def _cell(text: str) -> str:
    """A cell of a table as the language in use writes it; files for programs have it as it is."""
    if found := _INTERVAL.fullmatch(text):
        value, low, high = map(renumbered, found.groups())
        return tr("{value} ({low} to {high})", value=value, low=low, high=high)
    number = renumbered(text)
    return number if number != text else translated(text) if " " in text else term(text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _write(path: Path, data: bytes) -> Path:
    with PartFile(path) as part:
        part.path.write_bytes(data)
        part.commit()
    return path
