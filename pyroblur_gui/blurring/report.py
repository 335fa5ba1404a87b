"""The report beside an output: what was covered with what, provable by hashes, without a pixel of the source.

It is written twice from one model: JSON for programs, HTML for people. Names only, no folders: a report may be
handed on together with the output.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from pyroblur_gui import __version__
from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.files import fitted_name
from pyroblur_gui.core.paths import resource
from pyroblur_gui.core.translation import language, moment, numeral, term, tr, translated, trn


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class FileFacts(_Part):
    """One of the two files. frames: 1 for a photo, its number of pages for others."""

    name: str
    size_bytes: int
    sha256: str
    kind: str
    width: int
    height: int
    frames: int
    duration_s: float | None = None


class CoveredTrack(_Part):
    """One face or plate through time. Times count from the first frame, in seconds."""

    number: int
    label: str
    first_s: float
    last_s: float
    detected_frames: int
    covered_frames: int


class Leak(_Part):
    """Something the detector still finds in the output. Box: pixels of the upright picture."""

    label: str
    score: float
    frame: int
    time_s: float
    left: float
    top: float
    right: float
    bottom: float


class Verification(_Part):
    """What opening the output again showed. mode "off": it was not opened again.

    rounds: how often a photo was covered and checked: what a check finds is covered, too, and the result checked again.
    """

    mode: str
    frames_checked: int = 0
    rounds: int = 0
    leaks: tuple[Leak, ...] = ()


class Report(_Part):
    """Everything a report says; the JSON file is this model."""

    program: str = f"PyroBlur {__version__}"
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))
    source: FileFacts
    output: FileFacts
    model: str
    model_sha256: Mapping[str, str]  # part of the model -> hash of its weights
    engine: str
    settings: Mapping[str, JsonValue]
    detections: Mapping[str, int]  # class -> boxes found, over all frames
    tracks: tuple[CoveredTrack, ...] = ()
    verification: Verification
    warnings: tuple[str, ...] = ()
    needs_look: bool = False
    reasons: tuple[str, ...] = ()  # why, besides what the check found


def report_paths(output: Path) -> tuple[Path, Path]:
    """The HTML and the JSON file beside an output: clip_blurred.mp4 -> clip_blurred.mp4.report.html, ….report.json.

    Named after all of it, so that the reports of a.jpg and a.mp4 do not replace each other.
    """
    names = [fitted_name(output.name, f".report.{kind}") for kind in ("html", "json")]
    return output.with_name(names[0]), output.with_name(names[1])


def as_json(report: Report) -> str:
    return report.model_dump_json(indent=2) + "\n"


def as_html(report: Report) -> str:
    """One page that needs nothing else: no script, no font, no picture. Every value is escaped."""
    import jinja2  # noqa: PLC0415 - 7 MB and 25 ms that jobs without a report need not pay

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "time": _as_time, "moment": moment, "numeral": numeral, "translated": translated, "term": term,
        "title_of": _title_of, "setting": _setting,
    }  # fmt: skip
    environment.globals |= {"tr": tr, "trn": trn, "language": language()}
    template = environment.from_string(resource("report.html.j2").read_text(encoding="utf-8"))
    return template.render(report=report)


def _title_of(name: str) -> str:
    """What an option is called; its name where it is none of the options."""
    field = BlurOptions.model_fields.get(name)
    return translated(field.title) if field is not None and field.title else name


def _setting(value: JsonValue) -> str:
    """What an option was set to: "visage 0,3, plaque 0,25", "oui", "2,5"."""
    match value:
        case bool():
            return tr("yes") if value else tr("no")
        case int() | float():
            return numeral(value, "g")
        case dict():
            return ", ".join(f"{term(name)} {_setting(each)}" for name, each in value.items())
        case list() | tuple():
            return ", ".join(map(_setting, value))
        case None:
            return "-"
    return term(str(value))


def _as_time(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{numeral(rest, '06.3f')}"
