"""How files come in (dialogs, clipboard, drops) and how results are shown: everything that asks the desktop."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from pyroblur_gui.media.facts import IMAGE_SUFFIXES, VIDEO_SUFFIXES
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.tabs.blur.items import Item

OPENED_AT_ONCE = 12  # more results than this are not opened with one key


class FileDoor(QObject):
    """Dialogs are not modal to the loop: `chosen` comes when the user is done."""

    chosen = Signal(object)  # list[Path]
    said = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.last_folder = ""

    def ask_for_files(self) -> None:
        dialog = self._dialog(tr("Add photos and videos"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        both = " ".join(f"*{suffix}" for suffix in sorted(IMAGE_SUFFIXES | VIDEO_SUFFIXES))
        photos = " ".join(f"*{suffix}" for suffix in sorted(IMAGE_SUFFIXES))
        videos = " ".join(f"*{suffix}" for suffix in sorted(VIDEO_SUFFIXES))
        dialog.setNameFilters(
            [
                tr("Photos and videos") + f" ({both})",
                tr("Photos") + f" ({photos})",
                tr("Videos") + f" ({videos})",
                tr("All files") + " (*)",
            ]
        )
        dialog.open()

    def ask_for_folder(self) -> None:
        dialog = self._dialog(tr("Add a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    def pasted(self) -> list[Path]:
        """Files on the clipboard, or those that copied text names."""
        # Some clipboards have nothing at all, not even an empty one.
        data = cast("QMimeData | None", QGuiApplication.clipboard().mimeData()) or QMimeData()
        files = local_files(data) or files_named_in(data.text())
        if not files:
            if data.hasImage():
                self.said.emit(tr("The clipboard holds a picture without a file. Save it as a file, then add that."))
            else:
                self.said.emit(tr("There are no files on the clipboard. Copy files or their paths, then paste."))
        return files

    def open_results(self, items: Iterable[Item]) -> None:
        self._open(item.target for item in items if item.state.is_finished)

    def open_reports(self, items: Iterable[Item]) -> None:
        self._open(item.report for item in items)

    def show_in_folder(self, items: Iterable[Item]) -> None:
        """Opens the folders of the results, or of the sources where there is none yet."""
        files = [item.target if item.state.is_finished and item.target else item.source for item in items]
        self._open(dict.fromkeys(path.parent for path in files))

    def copy_details(self, items: Iterable[Item]) -> None:
        """What is said of the files, with what a bug report needs of it, onto the clipboard."""
        texts = [
            "\n".join(part for part in (item.source.name, item.message, item.hint, item.detail) if part)
            for item in items
            if item.message
        ]
        QGuiApplication.clipboard().setText("\n\n".join(texts))

    def _open(self, paths: Iterable[Path | None]) -> None:
        for path in [each for each in paths if each is not None][:OPENED_AT_ONCE]:
            if not path.exists():
                self.said.emit(tr("{name} is not there any more.", name=path.name))
            elif not QDesktopServices.openUrl(QUrl.fromLocalFile(os.fspath(path))):
                self.said.emit(
                    tr("No program could open {name}. It lies in {folder}.", name=path.name, folder=path.parent)
                )

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self.last_folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._take)
        return dialog

    def _take(self, names: list[str]) -> None:
        paths = [Path(name) for name in names]
        if paths:
            self.last_folder = str(paths[0].parent)
            self.chosen.emit(paths)


def local_files(data: QMimeData) -> list[Path]:
    """The files and folders of this machine that the data names; web addresses are nothing to us."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile() and url.toLocalFile()]


def files_named_in(text: str) -> list[Path]:
    """The existing files and folders among the lines of a text: plain paths, quoted paths or file:// addresses."""
    found = []
    for line in text.splitlines():
        name = line.strip().strip("'\"")
        if name.startswith("file:"):
            name = QUrl(name).toLocalFile()
        path = Path(name).expanduser() if name else None
        if path is not None and path.is_absolute() and path.exists():
            found.append(path)
    return found
