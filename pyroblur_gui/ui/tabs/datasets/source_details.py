"""All about one source: what it is, its licence to accept, its key, and what is wanted from it."""

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.datasets.sources.source import Need, SourceFacts
from pyroblur_gui.datasets.spec import SourceOptions
from pyroblur_gui.ui.i18n import tr, translated
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.datasets import source_presenter as presenter
from pyroblur_gui.ui.tabs.datasets.source_key import KeyField
from pyroblur_gui.ui.tabs.datasets.split_shares import SplitShares
from pyroblur_gui.ui.widgets.check_box import CheckBox
from pyroblur_gui.ui.widgets.form import Form
from pyroblur_gui.ui.widgets.inputs import SpinBox


class SourceDetails(QScrollArea):
    """What was entered for one source is forgotten when another is shown. link_asked: an address to be opened."""

    changed = Signal()
    link_asked = Signal(str)

    def __init__(self, taken: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("About the source"))
        self._taken = tuple(taken)
        self._facts: SourceFacts | None = None
        self._title = QLabel()
        self._title.setFont(scaled(self.font(), 1.3, weight=QFont.Weight.DemiBold))
        self._about = QLabel()
        self._licence = QLabel()
        self._licence_heading = self._heading(tr("Licence"))
        for label in (self._title, self._about, self._licence):
            label.setWordWrap(True)
        self.homepage_button = self._link(tr("Open its page"))
        self.citation_button = self._link(tr("Copy citation"))
        self.licence_button = self._link(tr("Read the licence"))
        self.accept_box = CheckBox(tr("I &accept this licence"))
        self.accept_box.setAccessibleName(tr("I accept this licence"))
        self._key_heading = self._heading(tr("Key"))
        self._key_note = QLabel()
        self._key_note.setWordWrap(True)
        self._key_note.setProperty("look", "muted")
        self.key = KeyField()
        self._options_heading = self._heading(tr("What to get"))
        self.adds_box = CheckBox(tr("Add to the data set of this name"))
        self.adds_box.setAccessibleName(self.adds_box.text())
        self.shares = SplitShares(SourceOptions().ratios)
        self.form = Form([], ())
        self._build()
        self.homepage_button.clicked.connect(lambda: self._open("homepage"))
        self.licence_button.clicked.connect(lambda: self._open("licence"))
        self.citation_button.clicked.connect(self._copy_citation)
        self.accept_box.toggled.connect(self.changed)
        self.adds_box.toggled.connect(self.changed)
        self.key.has_key_changed.connect(self.changed)
        self.key.edit.textChanged.connect(self.changed)
        self.key.failed.connect(self._key_note.setText)

    def wish(self) -> presenter.SourceWish:
        """What was entered. Raises RuntimeError before a source is shown."""
        if self._facts is None:
            message = "No source is shown."
            raise RuntimeError(message)
        values = self.form.value()
        name = str(values.pop(presenter.NAME))
        return presenter.SourceWish(
            source=self._facts,
            name=name,
            values=values | {"ratios": self.shares.value()},
            has_accepted=self.accept_box.isChecked(),
            has_key=self.key.has_key,
            has_typed_key=self.key.is_typed,
            adds=name in self._taken and self.adds_box.isChecked(),
        )

    def show_source(self, facts: SourceFacts) -> None:
        self._facts = facts
        self._title.setText(translated(facts.title))
        self._about.setText(translated(facts.summary))
        self.citation_button.setVisible(bool(facts.citation))
        self.citation_button.setToolTip(facts.citation)
        self.citation_button.setAccessibleName(tr("Copy the citation of {source}", source=facts.title))
        self.homepage_button.setVisible(bool(facts.homepage))
        self.homepage_button.setAccessibleName(tr("Open the page of {source}", source=facts.title))
        self._licence.setText(f"{translated(facts.licence.name)}. {translated(facts.licence.summary)}")
        self.licence_button.setVisible(bool(facts.licence.url))
        self.licence_button.setAccessibleName(tr("Read the licence: {name}", name=translated(facts.licence.name)))
        self.accept_box.setChecked(False)
        self.accept_box.setVisible(presenter.needs_acceptance(facts))
        self._show_options(facts)
        needs_key = Need.KEY in facts.needs
        for widget in (self._key_heading, self._key_note, self.key):
            widget.setVisible(needs_key)
        if needs_key:
            self._key_note.setText(
                tr("It is kept in your system's keyring and nowhere else, and it is not shown again.")
            )
            self.key.show_source(facts.name)
        self.verticalScrollBar().setValue(0)

    def cancel(self) -> None:
        """Waits for the keyring no longer."""
        self.key.cancel()

    # -- how it is built

    def _build(self) -> None:
        inner = QWidget()
        inner.setProperty("look", "panel")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, Space.M, 0)
        self._column.setSpacing(Space.S)
        groups: tuple[tuple[QWidget, ...], ...] = (
            (_row(self._title, self.citation_button, self.homepage_button), self._about),
            (self._licence_heading, self._licence, _row(self.accept_box, self.licence_button)),
            (self._key_heading, self._key_note, self.key),
            (self._options_heading, self.form, self.adds_box),
        )
        for group in groups:
            for widget in group:
                self._column.addWidget(widget)
            self._column.addSpacing(Space.S)
        self._column.addStretch()
        self.setWidget(inner)

    def _show_options(self, facts: SourceFacts) -> None:
        """A form made anew: each source has options of its own."""
        form = Form(
            presenter.option_plans(facts.name), ((presenter.GROUP, ""),), advanced_heading=tr("Choice and split")
        )
        values = SourceOptions().model_dump() | {
            presenter.CLASSES: "",
            presenter.NAME: presenter.suggested_name(facts.name, self._taken),
        }
        form.set_value(values)
        self.shares.set_value(SourceOptions().ratios)
        if form.advanced is not None:
            form.advanced.body.insertWidget(0, self.shares)
        self._column.replaceWidget(self.form, form)
        self.form.hide()
        self.form.deleteLater()
        self.form = form
        form.changed.connect(self._options_changed)
        name = form.control(presenter.NAME).widget
        if isinstance(name, QLineEdit):
            name.textEdited.connect(self._options_changed)
        finish_form(form)
        self._options_changed()

    def _options_changed(self) -> None:
        name = str(self.form.control(presenter.NAME).value())
        self.adds_box.setVisible(name in self._taken)
        self.changed.emit()

    def _open(self, what: str) -> None:
        if self._facts is not None:
            self.link_asked.emit(self._facts.licence.url if what == "licence" else self._facts.homepage)

    def _copy_citation(self) -> None:
        if self._facts is not None:
            QGuiApplication.clipboard().setText(self._facts.citation)

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        return label

    def _link(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("look", "link")
        button.setAutoDefault(False)
        return button


def finish_form(form: Form) -> None:
    """What a plan of a field does not say: 0 pictures are all, and a long text is seen from its beginning."""
    amount = form.control("max_samples").widget
    if isinstance(amount, SpinBox):
        amount.setSpecialValueText(tr("All"))
    for edit in form.findChildren(QLineEdit):
        edit.setCursorPosition(0)
        if edit.accessibleName() == tr("Classes"):
            edit.setPlaceholderText(tr("Plate=license_plate, Car="))


def _row(first: QWidget, *others: QWidget) -> QWidget:
    """The first takes the room; the others stand at the end of the line."""
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.XS)
    row.addWidget(first, 1)
    for each in others:
        row.addWidget(each)
    return whole
