"""Languages: that French is complete, that it is found again in what comes from below, and how numbers are written."""

import gettext
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import PySide6
import pytest

from pyroblur_gui.core import translation
from pyroblur_gui.core.errors import MissingFileError
from pyroblur_gui.core.paths import translations

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "packaging" / "translations"
NBSP = "\u00a0"


@pytest.fixture
def french() -> Iterator[None]:
    translation.use_language("fr", translations())
    yield
    translation.use_language("en", translations())


def test_french_is_complete_and_the_files_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "update.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_qt_linguists_own_compiler_reads_the_file_and_finds_nothing_unfinished(tmp_path: Path) -> None:
    lrelease = Path(PySide6.__file__).parent / ("lrelease.exe" if sys.platform == "win32" else "lrelease")
    done = subprocess.run(
        [str(lrelease), str(SCRIPTS / "pyroblur_fr.ts"), "-qm", str(tmp_path / "fr.qm")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(r"\((\d+) finished and 0 unfinished\)", done.stdout), done.stdout


def test_the_check_finds_what_is_amiss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import catalogue
    import texts

    text = texts.Text("{count} of {total} files", "ui")
    assert catalogue.problems([catalogue.Entry(text)]) == ["not translated: '{count} of {total} files' ()"]
    assert "other gaps" in catalogue.problems([catalogue.Entry(text, ("{count} fichiers",))])[0]
    assert "no-break space" in catalogue.problems([catalogue.Entry(texts.Text("Why?", "ui"), ("Pourquoi ?",))])[0]
    assert catalogue.problems([catalogue.Entry(text, ("{count} fichiers sur {total}",))]) == []


def test_every_message_with_gaps_is_recognised_when_it_is_shown(french: None) -> None:
    """Whatever fills the gaps: what is asked for is no sentence of English any more."""
    catalogue = translation._Language.texts
    unknown = []
    for source, french_text in catalogue.items():
        names = re.findall(r"(?<!\{)\{(\w+)(?::[^{}]*)?\}", source)
        words = re.sub(r"\{\w+(:[^{}]*)?\}", "", source)
        if not names or french_text == source or len(re.findall(r"[A-Za-z]{3,}", words)) < 2:
            continue
        said = re.sub(r"(?<!\{)\{(\w+)(:[^{}]*)?\}", lambda gap: "12" if gap[2] else "Zebra7", source)
        said = said.replace("{{", "{").replace("}}", "}")
        if translation.translated(said) == said:
            unknown.append(said)
    assert not unknown, unknown[:10]


def test_an_error_is_told_with_its_gaps_its_hint_and_what_fills_them(french: None) -> None:
    error = MissingFileError(
        "Fête.mp4 is a PDF document, not a photo or clip.", hint="Unpack or export the photo or clip from it first."
    )
    told = translation.failure_text(error)
    assert told.startswith("Fête.mp4 est ")
    assert "un document PDF, pas une photo ou vidéo" in told
    assert told.endswith("Extrayez ou exportez-en d’abord la photo ou la vidéo.")
    assert error.message.startswith("Fête.mp4 is"), "the error itself stays English: the queue, logs and JSON have it"
    assert translation.translated("Nobody has ever written this.") == "Nobody has ever written this."


def test_numbers_and_dates_follow_the_language(french: None) -> None:
    assert translation.numeral(1234567) == "1\u202f234\u202f567"
    assert translation.numeral(1234.5, ",.1f") == "1\u202f234,5"
    assert translation.tr("{rate} fps", rate="3") == "3 i/s"
    assert translation.moment(datetime(2026, 12, 31, 8, 5, tzinfo=UTC)) == "31/12/2026 08:05"
    text = "/x has 810 MB left; about 2.5 GB are needed."
    assert "2.5" in translation.translated(text), "what is no number of a format is left as it is"


def test_english_is_as_it_is_written() -> None:
    assert translation.language() == "en"
    assert translation.numeral(1234.5, ",.1f") == "1,234.5"
    assert translation.trn("{count} face", "{count} faces", 1) == "1 face"
    assert translation.trn("{count} face", "{count} faces", 2000) == "2,000 faces"
    assert translation.moment(datetime(2026, 12, 31, 8, 5, tzinfo=UTC)) == "2026-12-31 08:05"


def test_french_has_one_and_none_in_the_singular(french: None) -> None:
    assert translation.trn("{count} face", "{count} faces", 0) == "0 visage"
    assert translation.trn("{count} face", "{count} faces", 1) == "1 visage"
    assert translation.trn("{count} face", "{count} faces", 2) == "2 visages"


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, "en"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "PYROBLUR_LANG": "fr"}, "fr"),
        ({"LANG": "fr_FR", "PYROBLUR_LANG": "en"}, "en"),
    ],
)
def test_the_language_is_the_systems_unless_it_is_named(environment: dict[str, str], wanted: str) -> None:
    assert translation.language_of(environment) == wanted


def test_a_missing_or_damaged_catalogue_leaves_english(tmp_path: Path) -> None:
    translation.use_language("fr", tmp_path)
    assert translation.language() == "en"
    damaged = tmp_path / "fr" / "LC_MESSAGES" / "pyroblur.mo"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"\x00" * 40)
    translation.use_language("fr", tmp_path)
    assert translation.language() == "en"
    assert gettext.textdomain() == "messages"


def test_the_wording_of_a_message_names_nobody() -> None:
    said = translation.wording("holiday with Anna.mp4 is not there. Anna said so.", translations())
    assert "Anna" not in said
    assert "is not there." in said
