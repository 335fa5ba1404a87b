"""What `pyroblur dataset` shows as lists: sources, data sets, problems and counts."""

import json
import sys
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from pyroblur_gui.cli.output import class_counts, columns, heads, printable, write_line
from pyroblur_gui.core.translation import tr, translated
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.sources.source import Need, SourceFacts
from pyroblur_gui.datasets.stats import brief
from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.datasets.validate import KINDS
from pyroblur_gui.net.keys import has_key

Result = dict[str, JsonValue]

MOST_LISTED = 10_000  # problems in one line of JSON


def show_sources(*, as_json: bool) -> None:
    from pyroblur_gui.datasets.sources.catalogue import SOURCES  # noqa: PLC0415 - what reads formats: 60 ms, here only

    facts = [each for each in SOURCES.values() if Need.FILES not in each.needs]
    if as_json:
        _line({"type": "finished", "sources": [_source(each) for each in facts]})
        return
    for each in facts:
        _say(
            tr(
                "{name}: {title}. Shows {classes}.",
                name=each.name,
                title=translated(each.title),
                classes=", ".join(each.classes),
            )
        )
        _say(f"  {translated(each.summary)}")
        _say(
            "  "
            + tr(
                "Licence: {name}. {summary} {url}",
                name=translated(each.licence.name),
                summary=translated(each.licence.summary),
                url=each.licence.url,
            ).rstrip()
        )
        details = [tr("{count:,} pictures", count=each.pictures)] if each.pictures else []
        details += [tr("about {size:.1f} GB", size=each.size_bytes / 1e9)] if each.size_bytes else []
        details += [tr("needs a key of your own")] if Need.KEY in each.needs else []
        if details:
            _say(f"  {', '.join(details)}.")


def show_datasets(*, as_json: bool) -> None:
    found: list[Result] = []
    for name in store.names():
        with open_dataset(name) as dataset:
            found.append(brief(dataset))
    unfinished = store.unfinished()
    if as_json:
        _line({"type": "finished", "datasets": [*found], "unfinished": [*unfinished]})
        return
    if not found and not unfinished:
        _say(tr("There is no data set yet: download or import one."))
    if found:
        rows = [heads("name", "images", "boxes", "problems", "path")]
        rows += [
            (str(each["name"]), str(each["images"]), _counts(each["boxes"]), str(each["problems"]), str(each["path"]))
            for each in found
        ]
        _table(rows)
    for name in unfinished:
        _say(tr("{name}: was stopped before it was finished; the same command goes on with it.", name=name))


def with_problems(result: Result, kind: str | None) -> Result:
    """The result of a check with its problems as `found`; kind: only those."""
    with open_dataset(str(result["name"])) as dataset:
        problems = [each for each in dataset.problems() if kind in (None, each.kind)]
        shown = problems[:MOST_LISTED]
        files = {each.id: each for each in dataset.pictures({each.picture for each in shown if each.picture})}
    found: list[JsonValue] = [
        {
            "id": each.id,
            "kind": each.kind,
            "severity": KINDS[each.kind].severity.value,
            "detail": each.detail,
            "picture": files[each.picture].name if each.picture in files else None,
            "file": files[each.picture].file if each.picture in files else None,
            "box": each.box,
        }
        for each in shown
    ]
    return {**result, "found": found, "left_out": len(problems) - len(shown)}


def show_problems(result: Result, kind: str | None = None) -> None:
    kinds = result.get("kinds")
    if isinstance(kinds, dict) and kinds:
        rows = [heads("problem", "severity", "how many", "what it is", "fixes")]
        rows += [
            (each, KINDS[each].severity.value, str(number), translated(KINDS[each].title), ", ".join(KINDS[each].fixes))
            for each, number in kinds.items()
        ]
        _table(rows)
    found = result.get("found")
    if kind is not None and isinstance(found, list):
        for each in found:
            if isinstance(each, dict):
                about = f"{each['picture']}: " if each["picture"] else ""
                _say(f"{each['id']}  {about}{translated(str(each['detail']))}")


def show_title(result: Result) -> None:
    _say(f"{translated(str(result['title']))}.")


def show_suggested(result: Result) -> None:
    _say(
        tr(
            "{looked_at} pictures looked at; suggested: {counts}.",
            looked_at=result["looked_at"],
            counts=_counts(result["suggested"]),
        )
    )


def show_stats(result: Result) -> None:
    """A row a class, a column a split."""
    boxes, splits = _mapping(result.get("boxes")), _mapping(result.get("splits"))
    rows = [("", *splits, tr("all"))]
    rows.append((tr("images"), *(str(_mapping(split)["images"]) for split in splits.values()), str(result["images"])))
    for label, number in boxes.items():
        counts = (str(_mapping(_mapping(split)["boxes"]).get(label, 0)) for split in splits.values())
        rows.append((label, *counts, str(number)))
    _table(rows)
    _say(tr("fingerprint {fingerprint}", fingerprint=result["fingerprint"]))


def tell(body: Mapping[str, JsonValue], text: str, *, as_json: bool) -> None:
    if as_json:
        _line(dict(body))
    else:
        _say(text)


def _source(facts: SourceFacts) -> Result:
    return {
        "name": facts.name,
        "title": facts.title,
        "summary": facts.summary,
        "classes": [*facts.classes],
        "licence": facts.licence.name,
        "licence_summary": facts.licence.summary,
        "licence_url": facts.licence.url,
        "citation": facts.citation,
        "homepage": facts.homepage,
        "needs": [*sorted(need.value for need in facts.needs)],
        "has_key": has_key(facts.name) if Need.KEY in facts.needs else None,
        "size_bytes": facts.size_bytes,
        "pictures": facts.pictures,
        "is_synthetic": facts.is_synthetic,
    }


def _mapping(value: JsonValue) -> Result:
    return value if isinstance(value, dict) else {}


def _counts(boxes: JsonValue) -> str:
    return ", ".join(class_counts(_mapping(boxes))) or tr("none")


def _table(rows: Sequence[Sequence[str]]) -> None:
    for line in columns(rows):
        write_line(sys.stdout, line)


def _say(text: str) -> None:
    write_line(sys.stdout, printable(text))


def _line(body: Result) -> None:
    write_line(sys.stdout, json.dumps(body))
