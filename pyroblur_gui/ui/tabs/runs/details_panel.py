"""All about one run: how it was made, how good it became, and what was noted of it."""

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from pyroblur_gui.runs import table
from pyroblur_gui.runs.row import Row
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.item_models.run_table_model import cell_text
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.runs.wording import column_title

NOTE_HEIGHT = 78


class DetailsPanel(QWidget):
    """note_kept: id of the run and its new note."""

    note_kept = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = ""
        self.text = QTextBrowser()
        self.text.setAccessibleName(tr("Details"))
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        label = QLabel(tr("&Note"))
        self.note = QPlainTextEdit()
        self.note.setAccessibleName(tr("Note"))
        self.note.setFixedHeight(NOTE_HEIGHT)
        self.note.setTabChangesFocus(True)
        label.setBuddy(self.note)
        self.keep_button = QPushButton(tr("&Keep note"))
        self.keep_button.setAccessibleName(tr("Keep note"))
        self.keep_button.setEnabled(False)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addStretch()
        row.addWidget(self.keep_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, 0, Space.L, Space.L)
        column.setSpacing(Space.S)
        column.addWidget(self.text, 1)
        column.addLayout(row)
        column.addWidget(self.note)
        self._kept = ""
        self.note.textChanged.connect(self._note_changed)
        self.keep_button.clicked.connect(lambda: self.note_kept.emit(self._run, self.note.toPlainText()))

    def show_run(self, row: Row) -> None:
        """What is being written of the same run is not lost."""
        is_other = row.id != self._run
        has_draft = not is_other and self.note.toPlainText() != self._kept
        self._run, self._kept = row.id, row.note
        if not has_draft:
            self.note.setPlainText(row.note)
        self._note_changed()
        self.text.setHtml(_html(row))

    def _note_changed(self) -> None:
        self.keep_button.setEnabled(bool(self._run) and self.note.toPlainText() != self._kept)


def _html(row: Row) -> str:
    facts = [(name, table.value(row, name)) for name in table.FACTS if name not in ("run", "note")]
    figures = sorted(row.metrics.items(), key=lambda each: (not each[0].startswith("best/"), each[0]))
    parts = [
        f"<h3>{escape(row.name)}</h3>",
        _rows([(column_title(name), cell_text(name, found)) for name, found in facts]),
        f"<h4>{escape(tr('Figures'))}</h4>",
        _rows([(column_title(name), cell_text(name, found)) for name, found in figures]),
        f"<h4>{escape(tr('Settings'))}</h4>",
        _rows(sorted(row.params.items())),
    ]
    if row.tags:
        parts += [f"<h4>{escape(tr('Tags'))}</h4>", _rows(sorted(row.tags.items()))]
    return "".join(parts)


def _rows(pairs: list[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td style='padding-right:16px'>{escape(name)}</td><td>{escape(text)}</td></tr>"
        for name, text in pairs
        if text
    )
    return f"<table>{cells}</table>"
