"""Qt Linguist's files: reading, refreshing with the texts that there are now, checking, and compiling for gettext.

A text is known by its English words alone; the contexts group texts for who translates, by the part of the program.
"""

import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from texts import RESOURCES, Text, gaps

HERE = Path(__file__).resolve().parent
PLURALS = {"fr": "nplurals=2; plural=(n > 1);"}
UNFINISHED, VANISHED = "unfinished", "vanished"
_NO_FRENCH = (
    r"`[^`]*`", r"\{\w*(:[^{}]*)?\}", r"https?://\S*", r"--?[\w-]+\S*", r"\w+=\S+", r"YOLO\(.*\)", r"[A-Z]:",
    r"\w+:\d", r'"[^"]*"', r"\w+:name\S*", r"(name|train|val|nc|names|scale|download):",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A text and its translation: one form, or one for one thing and one for many."""

    text: Text
    forms: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.text.source, self.text.plural

    @property
    def is_finished(self) -> bool:
        return bool(self.forms) and all(self.forms)


def source_file(language: str) -> Path:
    return HERE / f"pyroblur_{language}.ts"


def compiled_file(language: str) -> Path:
    return RESOURCES / "translations" / language / "LC_MESSAGES" / "pyroblur.mo"


def read(path: Path) -> dict[tuple[str, str], Entry]:
    """By source and plural. A file that is not there holds nothing."""
    if not path.exists():
        return {}
    found: dict[tuple[str, str], Entry] = {}
    for context in ET.parse(path).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            source, comment = message.findtext("source", ""), message.findtext("comment", "")
            translation = message.find("translation")
            if translation is None or translation.get("type") == VANISHED:
                continue
            is_plural = message.get("numerus") == "yes"
            one, many = (comment, source) if is_plural else (source, "")
            parts = translation.findall("numerusform") if is_plural else [translation]
            forms = tuple(part.text or "" for part in parts)
            entry = Entry(Text(one, name, many), forms if translation.get("type") != UNFINISHED else ())
            found[entry.key] = entry
    return found


def refreshed(known: Mapping[tuple[str, str], Entry], texts: Iterable[Text]) -> list[Entry]:
    """An entry for each text that there is now, with the translation that it had; others are dropped."""
    entries = []
    for text in texts:
        old = known.get((text.source, text.plural))
        entries.append(replace(old, text=text) if old is not None else Entry(text))
    return sorted(entries, key=lambda entry: (entry.text.context, entry.text.place, entry.text.source))


def problems(entries: Iterable[Entry]) -> list[str]:
    """What a release must not have: texts without a translation, and translations with other gaps."""
    found = []
    for entry in entries:
        if not entry.is_finished:
            found.append(f"not translated: {entry.text.source!r} ({entry.text.place})")
            continue
        wanted = gaps(entry.text.plural or entry.text.source)
        for number, form in enumerate(entry.forms):
            is_one = entry.text.plural and number == 0  # "one picture" need not say {count}
            has = gaps(form)
            if has != wanted and not (is_one and set(has) <= set(wanted) and set(wanted) - set(has) <= {"{count}"}):
                found.append(f"other gaps: {entry.text.source!r} has {wanted}, {form!r} has {has}")
            if re.search(r"[^\s\u00a0\u202f][!?;:»](\s|$)|«[^\u00a0\u202f]| [!?;:»]", _prose(form)):
                found.append(f"no-break space missing: {form!r}")
        if any(form.startswith(" ") != entry.text.source.startswith(" ") for form in entry.forms):
            found.append(f"other space at the beginning: {entry.text.source!r}")
    return found


def _prose(text: str) -> str:
    """Without what is no French: gaps, options, addresses, code."""
    for pattern in _NO_FRENCH:
        text = re.sub(pattern, "0", text)
    return text.replace("0:", "").replace("0;", "")


def write(path: Path, language: str, entries: Sequence[Entry]) -> None:
    root = ET.Element("TS", version="2.1", language=f"{language}_{language.upper()}", sourcelanguage="en_GB")
    context = None
    for entry in entries:
        if context is None or context.findtext("name") != entry.text.context:
            context = ET.SubElement(root, "context")
            ET.SubElement(context, "name").text = entry.text.context
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = entry.text.plural or entry.text.source
        if entry.text.plural:
            message.set("numerus", "yes")
            ET.SubElement(message, "comment").text = entry.text.source
        if entry.text.place:
            ET.SubElement(message, "extracomment").text = entry.text.place
        translation = ET.SubElement(message, "translation")
        if not entry.is_finished:
            translation.set("type", UNFINISHED)
        if entry.text.plural:
            for form in entry.forms or ("", ""):
                ET.SubElement(translation, "numerusform").text = form
        else:
            translation.text = entry.forms[0] if entry.forms else ""
    ET.indent(root, " " * 4)
    body = ET.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8", newline="\n")


def compiled(language: str, entries: Iterable[Entry]) -> bytes:
    """gettext's .mo of the finished entries, sorted as the format asks (GNU gettext manual, "MO Files")."""
    head = f"Content-Type: text/plain; charset=UTF-8\nLanguage: {language}\nPlural-Forms: {PLURALS[language]}\n"
    pairs = {"": head}
    for entry in entries:
        if entry.is_finished:
            key = "\0".join(part for part in entry.key if part)
            pairs[key] = "\0".join(entry.forms)
    rows = sorted((key.encode(), value.encode()) for key, value in pairs.items())
    count = len(rows)
    place = 28 + 16 * count
    tables, data = [b"", b""], b""
    for column in (0, 1):
        for row in rows:
            tables[column] += struct.pack("<II", len(row[column]), place + len(data))
            data += row[column] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count) + b"".join(tables) + data
