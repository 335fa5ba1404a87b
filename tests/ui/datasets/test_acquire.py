"""Getting a data set by the window: licence, key, download by the real worker from a hostile server, and resuming."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import keyring
import pytest
import trustme
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pyroblur_gui.core.paths import folders
from pyroblur_gui.datasets.sources.catalogue import SOURCES
from pyroblur_gui.datasets.spec import DownloadSpec
from pyroblur_gui.datasets.store import datasets_folder, names, open_dataset
from pyroblur_gui.ui.tabs.datasets.source_dialog import SourceDialog
from pyroblur_gui.ui.tabs.datasets.source_key import KeyDialog
from tests.file_keyring import VARIABLE, FileKeyring
from tests.server import Always, Cut, Request, Server, Slow, Status
from tests.small_sets import yolo_folder
from tests.ui.datasets.work_desk import Desk, perform, press, write
from tests.ui.desk import until

API = "/roboflow-universe-projects/license-plate-recognition-rxg4e/11/yolov11"
EXPORT = "/export/plates.zip"
WRONG_KEY, RIGHT_KEY = "rfWrongWrongWrong", "rfRightRightRight"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Stands in for the whole network, with an export of twelve pictures."""
    with Server(authority=trustme.CA()) as server:
        for name, value in server.environment(tmp_path / "ca.pem").items():
            monkeypatch.setenv(name, value)
        answer = {"export": {"link": f"https://storage.example{EXPORT}?signature=secret"}}
        server.put(API, json.dumps(answer).encode(), kind="application/json")
        folder = yolo_folder(tmp_path / "export", 12, names=("License_Plate",))
        archive = shutil.make_archive(str(tmp_path / "plates"), "zip", folder)
        server.put(EXPORT, Path(archive).read_bytes())
        yield server


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A keyring that window and worker share. Its file."""
    path = tmp_path / "keyring.json"
    before = keyring.get_keyring()  # while the environment still says nothing of another one
    monkeypatch.delenv("ROBOFLOW_API_KEY", raising=False)
    monkeypatch.setenv(VARIABLE, str(path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "file_keyring.FileKeyring")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    keyring.set_keyring(FileKeyring())
    yield path
    keyring.set_keyring(before)


def opened(desk: Desk, source: str = "roboflow") -> SourceDialog:
    dialog = SourceDialog(source=source, parent=desk.window)
    dialog.wanted.connect(desk.work.start)
    dialog.open()
    return dialog


def accept(dialog: SourceDialog) -> None:
    QTest.mouseClick(dialog.details.accept_box, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))


async def ask_for_plates(desk: Desk, name: str = "plates") -> None:
    """As a user who has a key already."""
    dialog = opened(desk)
    await until(lambda: dialog.details.key.has_key)
    accept(dialog)
    write(dialog.details.form.control("name").widget, name)
    press(dialog.get_button)


def test_nothing_is_fetched_before_the_licence_is_accepted(qapp: QApplication, server: Server, ring: Path) -> None:
    told: list[DownloadSpec] = []

    async def scenario(desk: Desk) -> None:
        dialog = opened(desk, "wider_face")
        dialog.wanted.connect(told.append)
        assert not dialog.get_button.isEnabled()
        assert dialog.problem.text() == "Accept the licence first."
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        accept(dialog)
        assert dialog.get_button.isEnabled()
        dialog.cards.choose("open_images")
        assert not dialog.details.accept_box.isChecked()
        assert not dialog.get_button.isEnabled()
        dialog.cards.choose("wider_face")
        assert not dialog.get_button.isEnabled()
        dialog.reject()

    perform(qapp, scenario)
    assert told == []
    assert server.requests == []


def test_a_wrong_key_is_told_and_another_one_goes_on(qapp: QApplication, server: Server, ring: Path) -> None:
    server.resources[API].faults[:] = [Status(401), Status(202, body=b'{"progress": 0.5}')]

    async def scenario(desk: Desk) -> None:
        dialog = opened(desk)
        await until(lambda: "needs your key" in dialog.problem.text())
        write(dialog.details.key.edit, WRONG_KEY)
        press(dialog.details.key.keep_button)
        await until(lambda: dialog.details.key.has_key)
        assert not dialog.details.key.edit.isVisible()
        assert dialog.details.key.edit.text() == ""
        accept(dialog)
        write(dialog.details.form.control("name").widget, "plates")
        press(dialog.get_button)
        await until(lambda: "did not accept the access key" in desk.row.text)
        press(desk.row.key_button)
        (asking,) = desk.window.findChildren(KeyDialog)
        write(asking.field.edit, RIGHT_KEY)
        press(asking.go_on_button)
        await until(lambda: bool(desk.finished))
        assert "Done: 12 pictures" in desk.row.text

    perform(qapp, scenario)
    used = [request.query["api_key"] for request in server.asked(API)]
    assert used == [[WRONG_KEY], [RIGHT_KEY], [RIGHT_KEY]]
    with open_dataset("plates") as dataset:
        assert {picture.labelled for picture in dataset.every_picture()} == {frozenset({1})}
    for key in (WRONG_KEY, RIGHT_KEY, "secret"):
        assert [path for path in _files() if key.encode() in path.read_bytes()] == []


def test_a_kept_key_can_be_forgotten(qapp: QApplication, server: Server, ring: Path) -> None:
    keyring.set_password("PyroBlur", "roboflow", RIGHT_KEY)

    async def scenario(desk: Desk) -> None:
        dialog = opened(desk)
        await until(lambda: dialog.details.key.has_key)
        press(dialog.details.key.forget_button)
        await until(lambda: not dialog.details.key.has_key)
        assert "needs your key" in dialog.problem.text()
        dialog.reject()

    perform(qapp, scenario)
    assert RIGHT_KEY not in ring.read_text()


def test_a_network_that_breaks_is_told_and_trying_again_goes_on_from_there(
    qapp: QApplication, server: Server, ring: Path
) -> None:
    keyring.set_password("PyroBlur", "roboflow", RIGHT_KEY)
    server.resources[EXPORT].faults[:] = [Cut(after=2000), Status(503, {"Retry-After": "3600"}), Cut(after=1000)]

    async def scenario(desk: Desk) -> None:
        await ask_for_plates(desk)
        await until(desk.row.go_on_button.isVisible)
        assert desk.row.go_on_button.text() == "Try again"
        assert "storage.example" in desk.row.text
        assert names() == []
        press(desk.row.go_on_button)
        await until(lambda: bool(desk.finished))

    perform(qapp, scenario)
    assert names() == ["plates"]
    assert sum(_goes_on(request) for request in server.asked(EXPORT)) >= 2


def test_a_download_goes_on_after_the_window_was_closed_in_the_middle(
    qapp: QApplication, server: Server, ring: Path
) -> None:
    keyring.set_password("PyroBlur", "roboflow", RIGHT_KEY)
    server.resources[EXPORT].faults[:] = [Always(Slow(piece=500, every_s=0.05))]

    async def close_in_the_middle(desk: Desk) -> None:
        await ask_for_plates(desk)
        await until(lambda: "Downloading" in desk.row.text and server.asked(EXPORT) != [] and _fetched() > 2000)

    async def go_on(desk: Desk) -> None:
        assert "Not finished when PyroBlur ended" in desk.row.text
        assert desk.work.isVisible()
        assert len(server.asked(EXPORT)) == 1
        server.resources[EXPORT].faults.clear()
        press(desk.row.go_on_button)
        await until(lambda: bool(desk.finished))

    perform(qapp, close_in_the_middle)
    assert names() == []
    perform(qapp, go_on)
    assert names() == ["plates"]
    assert _goes_on(server.asked(EXPORT)[-1])


def test_letting_go_of_a_cancelled_download_deletes_what_it_fetched(
    qapp: QApplication, server: Server, ring: Path
) -> None:
    keyring.set_password("PyroBlur", "roboflow", RIGHT_KEY)
    server.resources[EXPORT].faults[:] = [Always(Slow(piece=500, every_s=0.05))]

    async def scenario(desk: Desk) -> None:
        await ask_for_plates(desk)
        await until(lambda: _fetched() > 2000)
        press(desk.row.pause_button)
        await until(lambda: desk.row.text.startswith("Paused"))
        press(desk.row.go_on_button)
        await until(lambda: desk.row.text.startswith("Downloading"))
        press(desk.row.cancel_button)
        await until(lambda: desk.row.text.startswith("Cancelled"))
        assert _fetched() > 2000
        press(desk.row.let_go_button)
        await until(lambda: _fetched() == 0)
        assert not desk.work.isVisible()

    perform(qapp, scenario)
    assert names() == []


def test_every_source_of_the_catalogue_can_be_shown_and_asked_for(qapp: QApplication, ring: Path) -> None:
    async def scenario(desk: Desk) -> None:
        dialog = opened(desk, "wider_face")
        assert set(dialog.cards.cards) == set(SOURCES) - {"folder"}
        for name, card in dialog.cards.cards.items():
            press(card)
            assert SOURCES[name].licence.name in dialog.details._licence.text()
            assert dialog.details.wish().source == SOURCES[name]
            assert dialog.details.form.value()["max_samples"] == 1000
        dialog.reject()

    perform(qapp, scenario)


def _goes_on(request: Request) -> bool:
    return any(name.lower() == "range" and value != "bytes=0-" for name, value in request.headers.items())


def _fetched() -> int:
    """Bytes of the archive that lie on the disk, in a data set that is in the making."""
    total = 0
    for folder, _, files in os.walk(datasets_folder()):  # which goes on when a folder is deleted meanwhile
        for file in files:
            if ".zip" in file:
                with suppress(FileNotFoundError):
                    total += Path(folder, file).stat().st_size
    return total


def _files() -> list[Path]:
    """Everything that PyroBlur has written."""
    return [path for path in folders().data.parent.rglob("*") if path.is_file()]
