"""A widget that shows charts, and what all of those share: loading pyqtgraph when it is time, saving as PNG and CSV."""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.ui.i18n import tr


def load_charts(module: str = "pyroblur_gui.ui.widgets.chart") -> None:
    """Numpy and pyqtgraph take half a second: neither at the window's start nor on its loop, so in a thread."""
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"  # whatever other binding is installed
    import_module(module)


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
            self.said.emit(f"{error.message} {error.hint}".strip())
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
