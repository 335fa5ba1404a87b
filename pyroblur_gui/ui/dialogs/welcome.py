"""The welcome of the first start, in three steps: what PyroBlur does, how to begin, what leaves this machine."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.widgets.glyph import Glyph

TEXT_WIDTH = 420


class WelcomeDialog(QDialog):
    """Escape, the cross and Skip end it at any step. Deleted when closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Welcome to PyroBlur"))
        steps = (
            (
                "user-focus",
                tr("Faces and licence plates are covered"),
                tr(
                    "PyroBlur finds faces and licence plates in photos and videos and covers them for good in a copy. "
                    "Your originals are never changed. Afterwards it opens the copy again and looks whether anything "
                    "was missed."
                ),
            ),
            (
                "file-plus",
                tr("Drop files to begin"),
                tr(
                    "Drop photos, videos or whole folders onto the window, or choose Add files. Look at the preview, "
                    "change the options if you like, then press Cover files. The results lie beside the originals."
                ),
            ),
            (
                "shield-check",
                tr("Nothing leaves this machine"),
                tr(
                    "All the work is done on this computer, without an account and without the internet. PyroBlur "
                    "sends nothing anywhere, and downloads something only when you ask for it: data sets, weights, "
                    "or news of a newer version."
                ),
            ),
        )
        self.pages = QStackedWidget()
        self._steps: list[QWidget] = []
        for number, (glyph, heading, text) in enumerate(steps, start=1):
            self._steps.append(
                self._page(glyph, heading, text, tr("Step {number} of {count}", number=number, count=len(steps)))
            )
            self.pages.addWidget(self._steps[-1])
        self.skip_button = QPushButton(tr("&Skip"))
        self.back_button = QPushButton(tr("&Back"))
        self.next_button = QPushButton()
        self.next_button.setProperty("look", "primary")
        self.next_button.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.skip_button)
        row.addStretch()
        row.addWidget(self.back_button)
        row.addWidget(self.next_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.XL)
        column.addWidget(self.pages, 1)
        column.addLayout(row)
        self.skip_button.clicked.connect(self.reject)
        self.back_button.clicked.connect(lambda: self._show(self.pages.currentIndex() - 1))
        self.next_button.clicked.connect(self._go_on)
        self._show(0)
        self.next_button.setFocus()

    def _go_on(self) -> None:
        step = self.pages.currentIndex() + 1
        if step == self.pages.count():
            self.accept()
        else:
            self._show(step)

    def _show(self, step: int) -> None:
        self.pages.setCurrentIndex(step)
        is_last = step == self.pages.count() - 1
        self.back_button.setEnabled(step > 0)
        self.skip_button.setVisible(not is_last)
        self.next_button.setText(tr("&Let's begin") if is_last else tr("&Next"))
        for button in (self.skip_button, self.back_button, self.next_button):
            button.setAccessibleName(button.text().replace("&", ""))
        page = self._steps[step]
        self.setAccessibleName(page.accessibleName())
        self.setAccessibleDescription(page.accessibleDescription())

    def _page(self, glyph: str, heading: str, text: str, step: str) -> QWidget:
        page = QWidget()
        page.setAccessibleName(f"{step}: {heading}")
        page.setAccessibleDescription(text)
        title = QLabel(heading)
        title.setFont(scaled(self.font(), 1.35, weight=QFont.Weight.DemiBold))
        body = QLabel(text)
        where = QLabel(step)
        where.setProperty("look", "muted")
        for label in (title, body):
            label.setWordWrap(True)
            label.setMinimumWidth(TEXT_WIDTH)
        texts = QVBoxLayout()
        texts.setSpacing(Space.S)
        texts.addWidget(where)
        texts.addWidget(title)
        texts.addWidget(body)
        texts.addStretch()
        head = QHBoxLayout(page)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(Space.XL)
        head.addWidget(Glyph(glyph, role="accent_text", size=48), 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(texts, 1)
        return page
