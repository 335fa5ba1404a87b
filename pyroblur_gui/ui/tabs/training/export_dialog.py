"""Asks in which format a model is written, and where."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.operations.spec import EXPORT_ENDINGS
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.widgets.inputs import ComboBox

WIDTH = 440


def about(kind: str) -> tuple[str, str]:
    """Title of a format, and what it is for."""
    return {
        "onnx": (tr("ONNX"), tr("For most programs and engines. It is what PyroBlur runs itself.")),
        "openvino": (tr("OpenVINO, 16 bits"), tr("For Intel processors. Half the size; finds the same.")),
        "openvino-int8": (
            tr("OpenVINO, 8 bits"),
            tr(
                "A quarter of the size and faster on many processors. It is calibrated on pictures of the training and "
                "measured on those for validation: you are told what it costs."
            ),
        ),
        "torchscript": (tr("TorchScript"), tr("For programs that use PyTorch, at the input size of the training.")),
        "tensorrt": (tr("TensorRT"), tr("For the NVIDIA GPU of this computer only. Needs the package tensorrt.")),
    }[kind]


class ExportDialog(QDialog):
    """Emits the format and the place, and closes. Deleted when closed."""

    wanted = Signal(str, Path)

    def __init__(self, model: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Export {model}", model=model))
        self._model = model
        self.formats = ComboBox()
        self.formats.setAccessibleName(tr("Format"))
        for kind in EXPORT_ENDINGS:
            self.formats.addItem(about(kind)[0], kind)
        self.formats.setCurrentIndex(self.formats.findData("openvino"))
        label = QLabel(tr("&Format"))
        label.setBuddy(self.formats)
        self._about = QLabel()
        self._about.setWordWrap(True)
        self._about.setProperty("look", "muted")
        self.formats.currentIndexChanged.connect(lambda _: self._describe())
        self._describe()
        buttons = QDialogButtonBox()
        self.save_button = buttons.addButton(tr("Choose a &place…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save_button.setProperty("look", "primary")
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        buttons.accepted.connect(self._ask_place)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(label)
        column.addWidget(self.formats)
        column.addWidget(self._about)
        column.addStretch()
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)

    def take(self, place: str) -> None:
        """Where it is written."""
        self.wanted.emit(self.formats.currentData(), Path(place))
        self.accept()

    def _describe(self) -> None:
        self._about.setText(about(self.formats.currentData())[1])

    def _ask_place(self) -> None:
        name = f"{self._model}{EXPORT_ENDINGS[self.formats.currentData()]}"
        dialog = QFileDialog(self, tr("Export to"), str(Path.home()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()
