"""All of the window at once, as small as it gets: nothing is cut off, no button is without a word, and after a change
of the language no word of the other one is left.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog

from pyroblur_gui.core import translation
from pyroblur_gui.core.paths import translations
from pyroblur_gui.core.translation import Language
from pyroblur_gui.ui.dialogs.settings import SettingsDialog
from pyroblur_gui.ui.dialogs.welcome import WelcomeDialog
from pyroblur_gui.ui.main_window import SMALLEST_SIZE, MainWindow
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.datasets.export_dialog import ExportDialog
from pyroblur_gui.ui.tabs.datasets.import_dialog import ImportDialog
from pyroblur_gui.ui.tabs.datasets.source_dialog import SourceDialog
from pyroblur_gui.ui.tabs.datasets.split_dialog import SplitDialog
from pyroblur_gui.ui.tabs.datasets.suggest_dialog import SuggestDialog
from tests.ui.desk import Play, shown, until
from tests.ui.furnished import furnish, show_all
from tests.ui.looking import Said, cut_off, english_in, texts, unexplained

pytestmark = pytest.mark.usefixtures("tracking_part", "training_part")
TURN_S = 0.15


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    from pyroblur_gui.ui.language import speak

    translation.use_language("en", translations())
    speak(Language.ENGLISH)


def _pages(window: MainWindow) -> Iterator[tuple[str, Callable[[], None]]]:
    """Every page of every tab: its name, and what shows it."""
    for view in ("problems", "charts", "pictures"):
        yield "datasets", lambda view=view: window.datasets.show_view(view)
    for view in ("pictures", "result", "log", "charts"):
        yield "training", lambda view=view: window.training.live.views.set_value(view)
    for view in ("summary", "curves", "leaks", "gallery", "speed"):
        yield "benchmark", lambda view=view: window.benchmark.results.show_view(view)
    window.runs.table.choose([row.id for row in window.runs.table.model.rows])
    for view in ("curves", "differences", "parallel", "scatter", "details"):
        yield "runs", lambda view=view: window.runs.compare.views.set_value(view)
    for view in ("plans", "models", "runs"):
        yield "runs", lambda view=view: window.runs.views.set_value(view)
    yield "blur", lambda: None


async def _look(window: MainWindow) -> tuple[set[Said], set[Said]]:
    """What is cut off or unexplained, and all that is said."""
    wrong, said = set(), set()
    for tab, show in _pages(window):
        window.show_tab(tab)
        show()
        await asyncio.sleep(TURN_S)
        wrong |= {*cut_off(window), *unexplained(window)}
    said |= set(texts(window))
    return wrong, said


def _dialogs(session: Session) -> list[QDialog]:
    window = shown(session)
    return [
        SettingsDialog(window._settings, window), WelcomeDialog(window), SourceDialog(parent=window),
        ImportDialog(session.client, parent=window), ExportDialog("faces", folder=Path("/"), parent=window),
        SplitDialog("faces", pictures=8, parent=window),
        SuggestDialog("faces", classes=("license_plate",), parent=window),
    ]  # fmt: skip


async def _look_at_dialogs(session: Session) -> tuple[set[Said], set[Said]]:
    wrong, said = set(), set()
    for dialog in _dialogs(session):
        dialog.show()
        await asyncio.sleep(0.05)
        wrong |= {*cut_off(dialog), *unexplained(dialog)}
        said |= set(texts(dialog))
        dialog.close()
        dialog.deleteLater()
    return wrong, said


def test_nothing_is_cut_off_or_without_words_and_no_english_is_left_in_french(
    on_screen: Play, pictures: dict[str, Path], photos: list[Path]
) -> None:
    furnish(pictures)

    async def scenario(session: Session) -> None:
        window = await show_all(session, photos)
        window.resize(*SMALLEST_SIZE)
        wrong, _ = await _look(window)
        assert not wrong, "in English"
        window._take_settings(window._settings.model_copy(update={"language": Language.FRENCH}))
        await until(lambda: session.window not in {window, None})
        await asyncio.sleep(TURN_S)
        after = shown(session)
        after.resize(*SMALLEST_SIZE)
        for tab in ("datasets", "training", "benchmark", "runs"):
            after.show_tab(tab)
            await asyncio.sleep(TURN_S)
        await until(lambda: bool(after.runs.table.model.rows) and after.benchmark.results.result is not None)
        wrong, said = await _look(after)
        more_wrong, more_said = await _look_at_dialogs(session)
        assert not wrong | more_wrong, "in French"
        known = dict(translation._Language.texts)
        assert len(said) > 800, "all that there is was looked at"
        left = [each for each in english_in(said | more_said, known) if each.text not in NOT_OURS]
        assert not left, "\n".join(f"{each.place}: {each.text[:100]}" for each in left)

    on_screen(scenario)


NOT_OURS = frozenset({"English", "epochs"})  # its own name; a setting of Ultralytics'
