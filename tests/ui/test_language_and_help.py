"""The window changes its language at once and loses nothing; and what the Help menu offers."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec
from pyroblur_gui.core.paths import folders, translations
from pyroblur_gui.core.settings import ColorScheme, Settings, SettingsFile
from pyroblur_gui.core.translation import Language, use_language
from pyroblur_gui.jobs.events import Failed
from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.ui.dialogs.diagnostics import DiagnosticsDialog, collected
from pyroblur_gui.ui.dialogs.guide import GuideDialog
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.dialogs.settings import SettingsDialog
from pyroblur_gui.ui.dialogs.updates import answer
from pyroblur_gui.ui.dialogs.welcome import WelcomeDialog
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.blur.items import ItemState
from tests.server import Server
from tests.ui.desk import Play, shown, until


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    from pyroblur_gui.ui.language import speak

    use_language("en", translations())
    speak(Language.ENGLISH)


def _menus(session: Session) -> list[str]:
    bar = shown(session).menuBar()
    return [action.text().replace("&", "") for action in bar.actions() if action.isVisible()]


def _open(kind: type[QDialog]) -> list[QDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]


def test_the_language_changes_at_once_and_nothing_is_lost(on_screen: Play, tmp_path: Path) -> None:
    from PIL import Image

    files = [tmp_path / "ready.png", tmp_path / "waits.png"]
    for file in files:
        Image.new("RGB", (64, 48)).save(file)

    async def play(session: Session) -> None:
        window = shown(session)
        window.add_files(files)
        await until(lambda: len(window.blur.items()) == 2)
        queue = session.client.queue
        queue.pause()  # nothing begins: the second file only waits in the queue
        spec = BlurSpec(source=files[1], target=tmp_path / "out.png", options=BlurOptions())
        presenter = window.blur.wiring.presenter
        presenter._submit([(presenter.items()[1], spec.target)])
        await until(lambda: presenter.items()[1].state is ItemState.QUEUED)
        assert "Help" in _menus(session)
        dialog = SettingsDialog(window._settings, window)
        dialog.saved.connect(window._take_settings)
        dialog.form.set_value({"language": "fr"})
        dialog._accept()
        await until(lambda: session.window is not None and session.window is not window)
        await asyncio.sleep(0.2)
        after = shown(session)
        assert "Aide" in _menus(session)
        assert after.isVisible()
        dark = after._settings.model_copy(update={"scheme": ColorScheme.DARK})
        after._take_settings(dark)  # there is the window before no more
        await until(lambda: after.grab().toImage().pixelColor(400, 12).lightness() < 128)
        after._take_settings(dark.model_copy(update={"scheme": ColorScheme.SYSTEM}))
        items = after.blur.items()
        assert [(item.source.name, item.state) for item in items] == [
            ("ready.png", ItemState.READY), ("waits.png", ItemState.QUEUED),
        ]  # fmt: skip
        assert items[1].job is not None
        assert queue.job(items[1].job).spec["source"] == str(files[1])
        saved = json.loads(folders().settings_file.read_text(encoding="utf-8"))
        assert saved["language"] == "fr"
        queue.remove(items[1].job)

    on_screen(play)


def test_the_welcome_is_shown_once_and_the_keyboard_goes_through_it(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        window.welcome_if_new()
        (dialog,) = _open(WelcomeDialog)
        assert isinstance(dialog, WelcomeDialog)
        texts = []
        for _ in range(3):
            texts.append(dialog.accessibleName())
            QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
        assert [text.partition(":")[0] for text in texts] == ["Step 1 of 3", "Step 2 of 3", "Step 3 of 3"]
        assert not dialog.isVisible()
        window.welcome_if_new()
        assert _open(WelcomeDialog) == [], "once is enough"
        window.help.welcome_action.trigger()  # again, from Help
        (again,) = _open(WelcomeDialog)
        QTest.keyClick(again, Qt.Key.Key_Escape)
        assert not again.isVisible()
        saved = Settings.model_validate(json.loads(folders().settings_file.read_text(encoding="utf-8")))
        assert saved.was_welcomed

    on_screen(play)


@pytest.mark.parametrize(("code", "words"), [("en", "Cover files"), ("fr", "Couvrir des fichiers")])
def test_the_guide_is_shown_in_the_language_of_the_window(qtbot: object, code: str, words: str) -> None:
    use_language(code, translations())
    dialog = GuideDialog()
    qtbot.addWidget(dialog)
    text = dialog.text.toPlainText()
    assert words in text
    assert len(text) > 8000, "the whole guide"


def test_diagnostics_show_what_they_hold_and_it_names_no_file(on_screen: Play, tmp_path: Path) -> None:
    async def play(session: Session) -> None:
        queue = session.client.queue
        source = tmp_path / "Anna at the lake.mp4"
        queue.pause()  # how it ends is given here
        job = queue.add(BlurSpec(source=source, target=tmp_path / "out.mp4", options=BlurOptions()))
        failure = Failed(code="missing_file", message=f"{source.name} is not there.", hint="Try again.")
        jobs = [replace(job, state=JobState.FAILED, failure=failure)]
        log = folders().logs / "pyroblur.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"2026-11-30 01:26:11,123 1 worker ERROR pyroblur_gui.x: {source} broke\n", encoding="utf-8")
        settings = Settings(output_folder=tmp_path)
        text = collected("OpenVINO", settings, jobs)
        assert "blur failed" in text
        assert "missing_file" in text
        assert "worker ERROR pyroblur_gui.x" in text
        for name in ("Anna", "lake", str(tmp_path), tmp_path.name):
            assert name not in text
        dialog = DiagnosticsDialog(text, shown(session))
        assert dialog.text.toPlainText() == text
        dialog.save(tmp_path / "report.txt")
        assert (tmp_path / "report.txt").read_text(encoding="utf-8") == text
        dialog.save(tmp_path / "missing" / "report.txt")
        assert "could not be saved" in dialog.said.text()
        dialog.deleteLater()
        queue.remove(job.id)

    on_screen(play)


def test_without_an_address_nobody_is_asked_for_updates(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        shown(session).help.updates_action.trigger()
        (told,) = _open(Question)
        assert told.accessibleName() == "No address of updates is set"
        told.reject()

    on_screen(play)


def test_updates_are_asked_for_when_the_menu_is_pressed_and_never_else(
    on_screen: Play, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the window or a worker asks of the network goes through this server."""
    with Server(authority=trustme.CA()) as server:
        for name, value in server.environment(tmp_path / "ca.pem").items():
            monkeypatch.setenv(name, value)
        told = json.dumps({"version": "9.1", "page": "https://example.org/9.1"}).encode()
        server.put("/latest", told, kind="application/json")
        address = "https://updates.example/latest"
        SettingsFile(folders().settings_file, Settings).save(Settings(update_address=address, was_welcomed=True))

        async def play(session: Session) -> None:
            window = shown(session)
            window.add_files(photos)
            await until(lambda: [item.facts is not None for item in window.blur.items()] == [True, True])
            assert server.requests == []
            window.help.updates_action.trigger()
            await until(lambda: bool(_open(Question)))
            (told,) = _open(Question)
            assert told.accessibleName() == "There is a newer PyroBlur"
            assert [(request.host, request.path) for request in server.requests] == [("updates.example", "/latest")]
            told.reject()

        on_screen(play)


def test_a_newer_version_is_shown_with_its_page(qtbot: object) -> None:
    newer = answer({"version": "9.1", "page": "https://example.org/9.1", "is_newer": True}, None)
    qtbot.addWidget(newer)
    assert newer.accessibleName() == "There is a newer PyroBlur"
    assert "https://example.org/9.1" in newer.accessibleDescription()
    assert set(newer.buttons) == {"open", "close"}
    same = answer({"version": "0.1.0", "page": "https://example.org", "is_newer": False}, None)
    qtbot.addWidget(same)
    assert set(same.buttons) == {"close"}


def test_failures_in_the_queue_are_shown_in_french(on_screen: Play) -> None:
    failure = Failed(code="missing_file", message="x.mp4 is not there.", hint="Try again.")

    async def play(session: Session) -> None:
        from pyroblur_gui.ui.i18n import failure_text

        use_language("fr", translations())
        assert failure_text(failure) == "x.mp4 n’est pas là. Réessayez."
        use_language("en", translations())
        assert failure_text(failure) == "x.mp4 is not there. Try again."

    on_screen(play)
