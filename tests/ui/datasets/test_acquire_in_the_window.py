"""The whole way in the program's own window: from nothing to a data set, by each source, without a terminal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from labelled_files import Original, made_ones, real_ones
from published import export_of, publish_open_images, publish_roboflow, publish_wider
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.jobs.job import JobState
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.datasets.source_dialog import SourceDialog
from tests.server import Server, serving
from tests.ui.datasets.work_desk import press, write
from tests.ui.desk import Play, shown, until

COUNT = 9
LABELS = ("face", "license_plate")


def test_made_up_pictures_become_a_data_set_with_charts(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        window = shown(session)
        tab = window.datasets
        window._tabs.setCurrentIndex(1)
        tab.commands.get.trigger()
        (dialog,) = tab.findChildren(SourceDialog)
        press(dialog.cards.cards["synthetic"])
        assert not dialog.details.accept_box.isVisible()
        write(dialog.details.form.control("max_samples").widget, "6")
        QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
        assert dialog.get_button.text() == "&Make"
        press(dialog.get_button)
        await until(lambda: any(line.facts is not None for line in tab.wiring.presenter.lines()))
        assert tab.work is not None
        (row,) = tab.work.rows()
        assert row.text.startswith("Done: ")
        tab.show_view("charts")
        await until(lambda: tab.charts is not None and len(tab.charts.charts) == 6)
        press(row.let_go_button)
        await until(lambda: tab.work is not None and not tab.work.isVisible())

    on_screen(play)
    with open_dataset("synthetic") as dataset:
        boxes = {box.label for picture in dataset.every_picture() for box in picture.boxes}
        assert boxes == {0, 1}


@pytest.fixture(params=["made", "real"])
def originals(request: pytest.FixtureRequest, tmp_path: Path) -> list[Original]:
    """Pictures with faces and plates; real ones where they are."""
    if request.param == "real":
        return real_ones(request.getfixturevalue("lab"), COUNT)
    return made_ones(tmp_path / "made", [(96 + 2 * number, 64) for number in range(COUNT)])


@pytest.fixture
def internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Answers for the real addresses, to the window's workers."""
    with serving(authority=trustme.CA()) as server:
        for name, value in server.environment(tmp_path / "ca.pem").items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture(params=["wider_face", "roboflow", "open_images"])
def source(
    request: pytest.FixtureRequest,
    internet: Server,
    originals: list[Original],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[str, dict[int, int]]:
    """A source that publishes the pictures, and how many faces (0) and plates (1) come of them."""
    faces, plates = (sum(box[0] == label for each in originals for box in each.boxes) for label in LABELS)
    match request.param:
        case "wider_face":  # its archives are known by their checksums; the small ones' take their place
            md5 = json.dumps(publish_wider(internet, originals[:6], originals[6:]))
            hook = tmp_path / "hook" / "sitecustomize.py"
            hook.parent.mkdir()
            hook.write_text(f"import pyroblur_gui.datasets.sources.wider_face as wider\nwider.MD5 = {md5}\n")
            monkeypatch.setenv("PYTHONPATH", str(hook.parent))
            return request.param, {0: faces, 1: 0}
        case "roboflow":
            publish_roboflow(internet, export_of(originals), base="https://storage.example.com", waits=1)
            monkeypatch.setenv("ROBOFLOW_API_KEY", "rf-this-is-the-key")
            return request.param, {0: 0, 1: plates}
        case _:
            publish_open_images(internet, train=originals[:5], validation=originals[5:7], test=originals[7:])
            return request.param, {0: faces, 1: plates}


def test_each_public_source_becomes_a_data_set_that_is_shown(
    on_screen: Play, source: tuple[str, dict[int, int]]
) -> None:
    name, expected = source

    async def play(session: Session) -> None:
        window = shown(session)
        tab = window.datasets
        window.show_tab("datasets")
        tab.commands.get.trigger()
        (dialog,) = tab.findChildren(SourceDialog)
        press(dialog.cards.cards[name])
        assert not dialog.get_button.isEnabled(), "the licence comes first"
        QTest.mouseClick(dialog.details.accept_box, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        write(dialog.details.form.control("name").widget, "street")
        await until(dialog.get_button.isEnabled)
        press(dialog.get_button)
        assert tab.work is not None
        await until(lambda: any(line.facts is not None for line in tab.wiring.presenter.lines()))
        (row,) = tab.work.rows()
        assert row.text.startswith("Done: "), row.text
        assert session.client is not None
        assert [job.state for job in session.client.queue.jobs()] == [JobState.DONE]
        await until(lambda: tab.gallery.model.rowCount() == COUNT)

    on_screen(play)
    with open_dataset("street") as dataset:
        pictures = list(dataset.every_picture())
    assert len(pictures) == COUNT
    counted = {label: sum(box.label == label for each in pictures for box in each.boxes) for label in (0, 1)}
    assert counted == expected
