"""The user guide, in the language of the window, from the files that came with the program: it needs no network."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from pyroblur_gui.core.paths import document
from pyroblur_gui.core.translation import SOURCE, language
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space

WIDTH, HEIGHT = 820, 680
PICTURE_WIDTH = 720


class GuideDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("User guide"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        self.text = _Pages()
        self.text.setAccessibleName(tr("User guide"))
        self.text.setOpenExternalLinks(True)
        self.text.show_guide()
        buttons = QDialogButtonBox()
        close = buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAccessibleName(close.text())
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.resize(WIDTH, HEIGHT)


class _Pages(QTextBrowser):
    def show_guide(self) -> None:
        code = language()
        name = "guide.md" if code == SOURCE else f"guide.{code}.md"
        try:
            path = document(name)
            text = path.read_text(encoding="utf-8")
        except OSError:
            self.setPlainText(tr("The guide is missing from this installation. Install PyroBlur again."))
            return
        self.document().setBaseUrl(QUrl.fromLocalFile(str(path.parent) + "/"))
        self.document().setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Pictures are made to fit the width of the page."""
        found = super().loadResource(kind, name)
        if kind == QTextDocument.ResourceType.ImageResource.value:
            image = QImage(self.document().baseUrl().resolved(QUrl(name)).toLocalFile())
            if image.width() > PICTURE_WIDTH:
                image = image.scaledToWidth(PICTURE_WIDTH, Qt.TransformationMode.SmoothTransformation)
            return image if not image.isNull() else found
        return found
