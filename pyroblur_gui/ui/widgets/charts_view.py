"""A widget that shows charts, and what all of those share: loading pyqtgraph when it is time, saving as PNG and CSV."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.ui.garbage import keep_what_is_loaded
from pyroblur_gui.ui.i18n import failure_text, tr

# What pyqtgraph imports of Qt.
OF_QT = tuple(f"PySide6.{part}" for part in ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtOpenGLWidgets", "QtTest"))
TURN_S = 0.008


async def load_charts(module: str = "pyroblur_gui.ui.widgets.chart") -> None:
    """Numpy and pyqtgraph take half a second: neither at the window's start nor on its loop, so in a thread.

    PySide makes each of its classes when it is first asked for, and not safely so from two threads: pyqtgraph asks for
    all of them, and the window died now and then while it was drawn. So they are made here first, a few a turn.
    """
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"  # whatever other binding is installed
    if "pyqtgraph" not in sys.modules:
        await asyncio.to_thread(import_module, "numpy")
        for part in OF_QT:
            await _make_classes(part)
    await asyncio.to_thread(import_module, module)
    keep_what_is_loaded()


async def _make_classes(part: str) -> None:
    try:
        library = import_module(part)
    except ImportError:  # not in every build of Qt, and pyqtgraph does without
        return
    begun = time.monotonic()
    for name in dir(library):
        getattr(library, name)
        if time.monotonic() - begun > TURN_S:
            await asyncio.sleep(0)
            begun = time.monotonic()


class ChartsView(QWidget):
    """said: a remark for the user."""

    said = Signal(str)

    def save_png(self, path: Path) -> None:
        """All charts as one picture, as they are shown. Says what came of it."""
        board = self._board_to_save()
        if board is None:
            return
        if board.grab().save(str(path), "PNG"):
            self.said.emit(tr("The charts are saved in {file}.", file=path))
        else:
            self.said.emit(tr("The charts could not be saved in {file}. Choose another folder.", file=path))

    def save_csv(self, path: Path) -> None:
        """All figures as tables. Says what came of it."""
        table = self._table_to_save()
        if table is None:
            return
        try:
            path.write_text(table, encoding="utf-8-sig", newline="")  # the mark tells Excel the encoding
        except OSError as exc:
            error = as_output_error(exc, path)
            self.said.emit(failure_text(error))
            return
        self.said.emit(tr("The figures are saved in {file}.", file=path))

    def _ask_for_png(self) -> None:
        self._ask_for_file(tr("Save the charts"), ".png", tr("Pictures (*.png)"), self.save_png)

    def _ask_for_csv(self) -> None:
        self._ask_for_file(tr("Save the figures"), ".csv", tr("Tables (*.csv)"), self.save_csv)

    def _ask_for_file(self, title: str, ending: str, kinds: str, save: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self, title, str(Path.home() / f"{self._name_to_save()}{ending}"), kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending.removeprefix("."))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: save(Path(chosen)))
        dialog.open()

    # -- what is saved

    def _board_to_save(self) -> QWidget | None:
        """The widget that holds all charts; None while there are none."""
        raise NotImplementedError

    def _table_to_save(self) -> str | None:
        """All figures as CSV; None while there are none."""
        raise NotImplementedError

    def _name_to_save(self) -> str:
        """What the file is called if the user says nothing else."""
        raise NotImplementedError
