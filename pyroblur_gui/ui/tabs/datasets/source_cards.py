"""The sources to choose from, one card each; the arrow keys go from card to card."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.datasets.sources.source import Need, SourceFacts
from pyroblur_gui.ui.i18n import translated
from pyroblur_gui.ui.look import RADIUS, Space, scaled, tokens
from pyroblur_gui.ui.tabs.datasets.source_presenter import amount_text, card_text, labels_text, needs_text
from pyroblur_gui.ui.widgets.glyph import Glyph

WIDTH = 300


class SourceCard(QAbstractButton):
    """Title, what it labels, how much there is, under which licence, and what it needs."""

    def __init__(self, facts: SourceFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts = facts
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(card_text(facts))
        title = self._line(translated(facts.title))
        title.setFont(scaled(self.font(), 1.05, weight=QFont.Weight.DemiBold))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(title)
        texts.addWidget(self._line(labels_text(facts)))
        for text in (amount_text(facts), translated(facts.licence.name), needs_text(facts)):
            small = self._line(text)
            small.setProperty("look", "muted")
            small.setFont(scaled(self.font(), 0.9))
            texts.addWidget(small)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        row.setSpacing(Space.M)
        row.addWidget(Glyph(_glyph(facts), role="accent_text", size=22), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_marked = self.isChecked()
        edge = look.accent_text if self.hasFocus() else look.accent if is_marked else look.border
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        fill = look.accent_tint if is_marked else look.hover if self.underMouse() else look.surface
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.end()

    def _line(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setWordWrap(True)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return label


class SourceCards(QScrollArea):
    chosen = Signal(object)  # SourceFacts

    def __init__(self, sources: Sequence[SourceFacts], name: str, parent: QWidget | None = None) -> None:
        """name: what the list is called, for a screen reader."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self.cards: dict[str, SourceCard] = {}
        inner = QWidget()
        inner.setProperty("look", "panel")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, Space.S, 0)
        column.setSpacing(Space.S)
        for facts in sources:
            card = self.cards[facts.name] = SourceCard(facts)
            self._group.addButton(card)
            column.addWidget(card)
        column.addStretch()
        self.setWidget(inner)
        self._group.buttonToggled.connect(self._toggled)

    def choose(self, name: str) -> None:
        self.cards[name].setChecked(True)

    def _toggled(self, card: SourceCard, is_chosen: bool) -> None:
        if is_chosen:
            self.ensureWidgetVisible(card)
            self.chosen.emit(card.facts)


def _glyph(facts: SourceFacts) -> str:
    if facts.is_synthetic:
        return "paint-brush"
    return "key" if Need.KEY in facts.needs else "globe"
