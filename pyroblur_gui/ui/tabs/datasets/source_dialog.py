"""Asks where a data set is to come from: the source, its licence, its key, its options and a name."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.datasets.sources.catalogue import SOURCES
from pyroblur_gui.datasets.sources.source import SourceFacts
from pyroblur_gui.datasets.spec import DownloadSpec
from pyroblur_gui.datasets.store import names
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.datasets import source_presenter as presenter
from pyroblur_gui.ui.tabs.datasets.source_cards import SourceCards
from pyroblur_gui.ui.tabs.datasets.source_details import SourceDetails
from pyroblur_gui.ui.widgets.tab_order import order_by_layout

SIZE = (948, 740)


class SourceDialog(QDialog):
    """Emits what is wanted and closes. Deleted when closed. Make it on the running loop: a keyring takes its time."""

    wanted = Signal(DownloadSpec)

    def __init__(
        self,
        *,
        taken: Collection[str] | None = None,
        sources: Mapping[str, SourceFacts] | None = None,
        source: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """taken: names of the data sets that there are; None: as the disk says. source: the one to begin with."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Get a data set"))
        self._taken = tuple(names() if taken is None else taken)
        listed = presenter.offered(SOURCES if sources is None else sources)
        self.cards = SourceCards(listed, tr("Sources"))
        self.details = SourceDetails(self._taken)
        self.problem = QLabel()
        self.problem.setProperty("look", "muted")
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox()
        self.get_button = buttons.addButton(tr("&Download"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.get_button.setProperty("look", "primary")
        cancel = buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setAccessibleName(cancel.text())
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self._build(buttons)
        self.cards.chosen.connect(self._show)
        self.details.changed.connect(self._check)
        self.details.link_asked.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        self.finished.connect(lambda _: self.details.cancel())
        if listed:
            self.cards.choose(source or listed[0].name)
        self.resize(*SIZE)

    def _build(self, buttons: QDialogButtonBox) -> None:
        work = QHBoxLayout()
        work.setSpacing(Space.L)
        work.addWidget(self.cards)
        work.addWidget(self.details, 1)
        foot = QHBoxLayout()
        foot.setSpacing(Space.L)
        foot.addWidget(self.problem, 1)
        foot.addWidget(buttons)
        line = QFrame()
        line.setProperty("look", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addLayout(work, 1)
        column.addWidget(line)
        column.addLayout(foot)

    def _show(self, facts: SourceFacts) -> None:
        self.details.show_source(facts)
        order_by_layout(self)
        text = tr("&Download") if presenter.needs_acceptance(facts) else tr("&Make")
        self.get_button.setText(text)
        self.get_button.setAccessibleName(text.replace("&", ""))
        self._check()

    def _check(self) -> None:
        problem = presenter.missing(self.details.wish(), self._taken)
        self.problem.setText(problem)
        self.get_button.setEnabled(not problem)

    def _accept(self) -> None:
        self._check()
        if self.get_button.isEnabled():
            self.wanted.emit(presenter.wanted(self.details.wish()))
            self.accept()
