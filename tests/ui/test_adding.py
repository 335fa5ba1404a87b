"""Files come in by drops, paste and folders; the list stays light however many there are."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication

from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.blur.items import Item
from tests.ui.desk import Drag, Play, local_urls, shown, until


def names(session: Session) -> list[str]:
    return [item.source.name for item in shown(session).blur.model.items()]


def test_a_drop_lights_the_window_up_and_lists_files_and_folders(on_screen: Play, photos: list[Path]) -> None:
    async def play(session: Session) -> None:
        tab = shown(session).blur
        drag = Drag(shown(session), local_urls([photos[0].parent]))
        assert drag.enter()
        assert tab.drop_area.is_lit
        drag.leave()
        assert not tab.drop_area.is_lit
        assert drag.enter()
        assert drag.drop()
        assert not tab.drop_area.is_lit
        await until(lambda: len(names(session)) == 2)
        assert sorted(names(session)) == ["bus.jpg", "zidane.jpg"]
        again = Drag(shown(session), local_urls(photos))
        assert again.enter()
        assert tab.veil.isVisible()
        assert again.drop()
        assert not tab.veil.isVisible()
        await until(lambda: "already" in tab.banner.text)
        assert len(names(session)) == 2

    on_screen(play)


def test_what_is_no_file_is_not_taken(on_screen: Play) -> None:
    async def play(session: Session) -> None:
        drag = Drag(shown(session), [QUrl("https://example.org/a.jpg")])
        assert not drag.enter()
        assert not shown(session).blur.drop_area.is_lit

    on_screen(play)


def test_copied_files_and_copied_paths_can_be_pasted(on_screen: Play, photos: list[Path]) -> None:
    async def play(session: Session) -> None:
        tab = shown(session).blur
        clipboard = QGuiApplication.clipboard()
        clipboard.clear()
        tab.commands.paste.trigger()
        assert "no files on the clipboard" in tab.banner.text
        data = QMimeData()
        data.setUrls(local_urls(photos[:1]))
        clipboard.setMimeData(data)
        tab.commands.paste.trigger()
        await until(lambda: len(names(session)) == 1)
        clipboard.setText(f"'{photos[1]}'\n/no/such/file.jpg\nhello")
        tab.commands.paste.trigger()
        await until(lambda: len(names(session)) == 2)

    on_screen(play)


def test_of_many_files_only_those_on_screen_are_asked_for(on_screen: Play, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number:03}.jpg").write_bytes(b"")

    async def play(session: Session) -> None:
        tab = shown(session).blur
        asked: list[list[Item]] = []
        tab.queue.visible_changed.connect(asked.append)
        tab.add([folder])
        await until(lambda: len(names(session)) == 400)
        await until(lambda: bool(asked))
        assert 0 < len(asked[-1]) < 40
        assert asked[-1][0].source.name == "000.jpg"
        tab.queue.list.scrollToBottom()
        await until(lambda: asked[-1][-1].source.name == "399.jpg")
        assert len(asked[-1]) < 40
        tab.queue.list.selectAll()
        tab.commands.remove.trigger()
        assert names(session) == []
        assert tab._stack.currentIndex() == 0

    on_screen(play)
