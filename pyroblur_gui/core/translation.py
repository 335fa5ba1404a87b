"""The language in use: every text that a user sees goes through here on its way to the window, a terminal or a report.

gettext rather than Qt's translator: presenters, the command line and the reports have no Qt. The sources are Qt
Linguist's files (packaging/translations); docs/decisions/0021-languages.md tells why.

tr() and trn() translate what is written where it is shown. translated() is for what comes from below as finished
English: errors, warnings, help of fields, what the queue has kept. Those stay English between processes, in the
queue, in logs and in JSON; the sentence is recognised by the words around its gaps when it is shown.
"""

import gettext
import io
import os
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

DOMAIN = "pyroblur"
SOURCE = "en"
LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français"}  # by their own names
VARIABLE = "PYROBLUR_LANG"
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in the order of POSIX

_GAP = re.compile(r"(?<!\{)\{(\w+)(:[^{}]*)?\}")
_SIGN = "[+\N{MINUS SIGN}-]?"
_NUMBER = re.compile(rf"{_SIGN}\d{{1,3}}(?:,\d{{3}})*(?:\.\d+)?(?:e[+-]?\d+)?|{_SIGN}\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_WRITTEN = re.compile(rf"(?:{_NUMBER.pattern})(?: ?%)?")
_SENTENCE_END = re.compile(r"(?<=[.!?…]) (?=\S)")
_FEWEST_LETTERS = 4  # of its own, of a sentence that is recognised: "{field}: {reason}" would take anything
_MOST_DEEP = 4  # texts within texts
_MOST_TOGETHER = 6  # sentences of one template


class Language(StrEnum):
    """What a user may choose."""

    SYSTEM = "system"
    ENGLISH = "en"
    FRENCH = "fr"


@dataclass(frozen=True)
class Conventions:
    """How a language writes numbers and dates. `date` and `moment` are strftime's."""

    group: str
    decimal: str
    colon: str  # within a sentence, with its spaces
    date: str
    moment: str


_CONVENTIONS: Mapping[str, Conventions] = {
    "en": Conventions(",", ".", ": ", "%Y-%m-%d", "%Y-%m-%d %H:%M"),
    "fr": Conventions("\u202f", ",", "\u00a0: ", "%d/%m/%Y", "%d/%m/%Y %H:%M"),
}


class Failure(Protocol):
    """What failed and what to do: PyroblurError, Failed and what else has both."""

    @property
    def message(self) -> str: ...

    @property
    def hint(self) -> str: ...


class _Catalogue(gettext.GNUTranslations):
    """One compiled file, with its texts to look through."""

    def texts(self) -> dict[str, str]:
        return {key: value for key, value in self._catalog.items() if isinstance(key, str) and key}  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _Template:
    """A sentence with gaps: `anchor` is its longest part without any, `specs` the number formats by gap."""

    pattern: re.Pattern[str]
    anchor: str
    translation: str
    specs: Mapping[str, str]


class _Language:
    """The language in use; a program has one."""

    code = SOURCE
    catalogue: gettext.NullTranslations = gettext.NullTranslations()
    texts: Mapping[str, str] = {}
    templates: tuple[_Template, ...] | None = None  # made when first asked for


def language_of(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for: $PYROBLUR_LANG, else the system's; else English."""
    wanted = environment.get(VARIABLE) or next(
        (environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), SOURCE
    )
    code = re.split(r"[_.@-]", wanted)[0].lower()
    return code if code in LANGUAGES else SOURCE


def language() -> str:
    """The code of the language in use: "en", "fr"."""
    return _Language.code


def use_language(code: str, folder: Path) -> None:
    """Translates from now on with `folder`/CODE/LC_MESSAGES/pyroblur.mo; English where that is missing or damaged.

    What argparse and Typer say by themselves is in the same file: they ask gettext for it.
    """
    if code == _Language.code:
        return
    _Language.catalogue, _Language.texts, _Language.templates = gettext.NullTranslations(), {}, None
    _Language.code = SOURCE
    gettext.textdomain("messages")
    if code != SOURCE:
        try:
            data = (folder / code / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes()
            catalogue = _Catalogue(io.BytesIO(data))
        except (OSError, ValueError):
            return
        _Language.code, _Language.catalogue, _Language.texts = code, catalogue, catalogue.texts()
        os.environ["LANGUAGE"] = code
        gettext.bindtextdomain(DOMAIN, str(folder))
        gettext.textdomain(DOMAIN)


def tr(message: str, /, **values: object) -> str:
    """The message in the user's language, its {gaps} filled with `values`; numbers as the language writes them."""
    text = _Language.texts.get(message, message) if message else ""
    return _FILL.format(text, **values) if values else text


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """Like tr(), in the plural that fits `count`, which also fills the gap {count}."""
    return _FILL.format(_Language.catalogue.ngettext(one, many, count), count=numeral(count), **values)


def translated(text: str) -> str:
    """A finished English text in the user's language; as it is where nobody has translated it.

    Of several sentences, each is translated for itself. What fills a gap is translated, too, when it is known.
    """
    if _Language.code == SOURCE or not text:
        return text
    return _translated(text, 0)


def wording(text: str, folder: Path) -> str:
    """The sentences of a message without what fills their gaps, "{name} is not there."; "" for what is not known.

    For who must tell what happened without telling of whom: a report of a mistake.
    """
    texts = _Language.texts
    if not texts:
        try:
            texts = _Catalogue(io.BytesIO((folder / "fr" / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes())).texts()
        except (OSError, ValueError):
            return ""
    templates = _templates({source: source for source in texts})
    found = []
    for sentence in _SENTENCE_END.split(text):
        if sentence in texts:
            found.append(sentence)
            continue
        for template in templates:
            if template.anchor in sentence and template.pattern.fullmatch(sentence):
                found.append(template.translation)
                break
        else:
            found.append("…")
    return " ".join(found)


def term(word: str) -> str:
    """A word of the program's own that is data elsewhere: a class, the name of a fact. "license_plate": "plaque".

    In the catalogue it begins with a capital, so that a file or data set of that name is not translated in a message.
    """
    if (found := translated(word)) != word:
        return found
    head = word[:1].upper() + word[1:].replace("_", " ")
    known = translated(head)
    return word if known == head else known[:1].lower() + known[1:]


def failure_text(failure: Failure) -> str:
    """What failed and what to do, as one text in the user's language."""
    return " ".join(translated(part) for part in (failure.message, failure.hint) if part)


def numeral(value: float, spec: str = ",") -> str:
    """A number by Python's format, with the marks of the language."""
    return _with_marks(format(value, spec))


def renumbered(text: str) -> str:
    """A number that is written already, "-1,234.5 %", with the marks of the language; any other text as it is."""
    return _with_marks(text) if _WRITTEN.fullmatch(text) else text


def date(when: datetime) -> str:
    return when.strftime(_CONVENTIONS[_Language.code].date)


def moment(when: datetime) -> str:
    """Date and time to the minute."""
    return when.strftime(_CONVENTIONS[_Language.code].moment)


class _Fill(string.Formatter):
    """str.format, but numbers that are given a format are written as the language does."""

    def format_field(self, value: object, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        is_figure = isinstance(value, float) or (isinstance(value, int) and format_spec != "")
        return _with_marks(text) if is_figure else text


_FILL = _Fill()


def _with_marks(text: str) -> str:
    marks = _CONVENTIONS[_Language.code]
    return text.translate({ord(","): marks.group, ord("."): marks.decimal})


def _translated(text: str, depth: int) -> str:
    whole = _as_a_whole(text, depth)
    if whole is not None:
        return whole
    sentences = _SENTENCE_END.split(text)
    if len(sentences) == 1:
        return _by_pieces(text, depth)
    done: list[str] = []
    place = 0
    while place < len(sentences):
        for end in range(min(len(sentences), place + _MOST_TOGETHER), place, -1):
            part = " ".join(sentences[place:end])
            found = _as_a_whole(part, depth) if (place, end) != (0, len(sentences)) else None
            if found is not None or end == place + 1:
                done.append(found if found is not None else _by_pieces(part, depth))
                place = end
                break
    return " ".join(done)


def _by_pieces(text: str, depth: int) -> str:
    """What stands on both sides of a plus or a colon, "OpenVINO f32 on the CPU: fastest here by rule"."""
    listed = text.split(", ")
    known = [_as_a_whole(each, depth + 1) for each in listed] if len(listed) > 1 and depth < _MOST_DEEP else []
    if known and None not in known:
        return ", ".join(filter(None, known))
    for separator, written in ((" + ", " + "), (": ", _CONVENTIONS[_Language.code].colon)):
        before, found, after = text.partition(separator)
        if found and depth < _MOST_DEEP:
            pieces = [_translated(piece, depth + 1) for piece in (before, after)]
            if pieces != [before, after]:
                return written.join(pieces)
    return text


def _as_a_whole(text: str, depth: int) -> str | None:
    """None for a text that nobody has translated."""
    known = _Language.texts.get(text)
    if known is not None:
        return known.format() if _GAP.search(known) is None and "{{" in known else known
    if depth >= _MOST_DEEP:
        return None
    if _Language.templates is None:
        _Language.templates = _templates(_Language.texts)
    for template in _Language.templates:
        if template.anchor in text and (match := template.pattern.fullmatch(text)):
            gaps = {name: _filling(value, template.specs[name], depth) for name, value in match.groupdict().items()}
            return template.translation.format(**gaps)
    return None


def _filling(value: str, spec: str, depth: int) -> str:
    if spec:
        return _with_marks(value) if _NUMBER.fullmatch(value) else value
    listed = [_as_a_whole(part, depth + 1) for part in value.split("; ")] if "; " in value else []
    if listed and None not in listed:  # before one template takes several sentences for the filling of one gap
        return "; ".join(filter(None, listed))
    for separator in ("; ", ", "):
        whole = _as_a_whole(value, depth + 1)
        if whole is not None:
            return whole
        if separator in value:
            parts = [_as_a_whole(part, depth + 1) for part in value.split(separator)]
            if any(part is not None for part in parts):
                return separator.join(
                    was if part is None else part for was, part in zip(value.split(separator), parts, strict=True)
                )
    return _translated(value, depth + 1) if ". " in value else value


def _templates(texts: Mapping[str, str]) -> tuple[_Template, ...]:
    """All texts with gaps; the one with most words of its own comes first."""
    found: list[tuple[int, _Template]] = []
    for source, translation in texts.items():
        parts = _GAP.split(source)  # words, name, spec, words, name, spec, ..., words
        if len(parts) == 1 or sum(map(str.isalpha, "".join(parts[::3]))) < _FEWEST_LETTERS:
            continue
        words = [part.replace("{{", "{").replace("}}", "}") for part in parts[::3]]
        pattern = re.escape(words[0])
        seen: set[str] = set()
        for name, spec, following in zip(parts[1::3], parts[2::3], words[1:], strict=True):
            filling = r"[-+\d.,e]+" if spec else ".*?"
            pattern += (f"(?P={name})" if name in seen else f"(?P<{name}>{filling})") + re.escape(following)
            seen.add(name)
        anchor = max(words, key=len)
        specs = {name: spec or "" for name, spec in zip(parts[1::3], parts[2::3], strict=True)}
        plain = _GAP.sub(r"{\1}", translation)
        found.append((sum(map(len, words)), _Template(re.compile(pattern, re.DOTALL), anchor, plain, specs)))
    found.sort(key=lambda each: -each[0])
    return tuple(template for _, template in found)
