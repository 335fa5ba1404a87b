"""Asked when the window is closed while files are being covered."""

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.tabs.blur.items import Summary


class Answer(StrEnum):
    FINISH = "finish"  # close when all is done
    STOP = "stop"  # close now; the next start offers to go on
    STAY = "stay"


class ClosingDialog(QMessageBox):
    answered = Signal(str)

    def __init__(self, summary: Summary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Close PyroBlur?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setText(trn("{count} file is not done yet.", "{count} files are not done yet.", summary.under_way))
        self.setInformativeText(
            tr("Stopped files are not lost: PyroBlur offers to go on with them when it is started again.")
        )
        roles = QMessageBox.ButtonRole
        self._answers: dict[QPushButton, Answer] = {}
        for label, role, answer in (
            (tr("&Finish, then close"), roles.AcceptRole, Answer.FINISH),
            (tr("&Stop and close"), roles.DestructiveRole, Answer.STOP),
            (tr("&Keep open"), roles.RejectRole, Answer.STAY),
        ):
            button = self.addButton(label, role)
            button.setAccessibleName(label.replace("&", ""))
            self._answers[button] = answer
        stay = next(button for button, answer in self._answers.items() if answer is Answer.STAY)
        self.setEscapeButton(stay)
        self.setDefaultButton(next(iter(self._answers)))
        self.finished.connect(self._tell)

    def _tell(self) -> None:
        clicked = self.clickedButton()
        answer = next((answer for button, answer in self._answers.items() if button is clicked), Answer.STAY)
        self.answered.emit(answer.value)
