"""Help > Collect diagnostics: shows what would be given away, all of it, before anything is saved."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from pyroblur_gui.core import diagnostics
from pyroblur_gui.core.log import log_file
from pyroblur_gui.core.paths import translations
from pyroblur_gui.core.settings import Settings
from pyroblur_gui.jobs.job import Job
from pyroblur_gui.ui.dialogs.about import diagnosis
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space

FILE_NAME = "pyroblur-diagnostics.txt"


def collected(engine: str, settings: Settings, jobs: list[Job]) -> str:
    """The text of the report. It is English, for who reads it, and names no file, user or machine."""
    try:
        log = log_file().read_text(encoding="utf-8", errors="replace")
    except OSError:
        log = ""
    return diagnostics.report(
        (
            ("versions", diagnosis(engine).splitlines()),
            ("settings", diagnostics.of_settings(settings)),
            ("queue", diagnostics.of_jobs([_facts(job) for job in jobs], translations())),
            ("log", diagnostics.of_log(log)),
        )
    )


def _facts(job: Job) -> dict[str, str]:
    failure = job.failure
    return {
        "kind": job.kind,
        "state": job.state.value,
        "stage": job.progress.stage if job.progress is not None else "",
        "code": failure.code if failure is not None else "",
        "message": failure.message if failure is not None else "",
    }


class DiagnosticsDialog(QDialog):
    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Collect diagnostics"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        about = QLabel(
            tr(
                "This is all that the file will hold: versions, settings, how jobs ended, and where in the program "
                "errors arose. Names of files, folders, people and machines are not in it. It is sent nowhere: you "
                "save it and pass it on yourself."
            )
        )
        about.setWordWrap(True)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Content of the diagnostics"))
        self.text.setMinimumSize(560, 320)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.hide()
        buttons = QDialogButtonBox()
        self.save_button = buttons.addButton(tr("&Save…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button.setProperty("look", "primary")
        self.copy_button = buttons.addButton(tr("&Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in (self.save_button, self.copy_button, close):
            button.setAccessibleName(button.text().replace("&", ""))
        self.save_button.clicked.connect(self._ask_where)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(about)
        column.addWidget(self.text, 1)
        column.addWidget(self.said)
        column.addWidget(buttons)

    def save(self, path: Path) -> None:
        """Writes what is shown; says so, or why it could not be."""
        try:
            path.write_text(self.text.toPlainText(), encoding="utf-8")
        except OSError as error:
            self._say(tr("It could not be saved: {why}. Choose another folder.", why=error.strerror or error))
        else:
            self._say(tr("Saved as {file}.", file=path))

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, tr("Save the diagnostics"), FILE_NAME, tr("Texts (*.txt)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()
