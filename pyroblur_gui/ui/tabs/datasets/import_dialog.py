"""Asks how the user's own pictures become a data set: shows what was recognised in them before anything is copied."""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFont
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pyroblur_gui.core.classes import MAIN_CLASSES
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.spec import ImportSpec, RecogniseSpec
from pyroblur_gui.datasets.store import names
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.fields import class_label
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.job_client import JobClient
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.datasets.export_presenter import reader_titles
from pyroblur_gui.ui.tabs.datasets.import_classes import ImportClasses
from pyroblur_gui.ui.tabs.datasets.import_options import ImportOptions
from pyroblur_gui.ui.tabs.datasets.import_places import ImportPlaces
from pyroblur_gui.ui.tabs.datasets.import_presenter import ImportPresenter, ImportWish, Place
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.inputs import ComboBox
from pyroblur_gui.ui.widgets.tab_order import order_by_layout

SIZE = (720, 720)


class ImportDialog(QDialog):
    """Emits what is wanted and closes. Deleted when closed. Make it on the running loop."""

    wanted = Signal(ImportSpec)

    def __init__(
        self,
        client: JobClient,
        paths: Sequence[Path] = (),
        *,
        taken: Collection[str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """paths: what was dropped or chosen. taken: names of the data sets that there are; None: as the disk says."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self.setWindowTitle(tr("Import a data set"))
        self._client = client
        self._taken = tuple(names() if taken is None else taken)
        self._tasks = Tasks()
        self._looking = asyncio.Lock()
        self.presenter = ImportPresenter(self._taken)
        self.places = ImportPlaces(reader_titles())
        self.files_button = self._button(tr("Add &archive…"), "package")
        self.folder_button = self._button(tr("Add &folder…"), "folder-open")
        self.join_button = self._button(tr("&Join a data set…"), "database")
        self.classes_heading = self._heading(tr("Classes"))
        self.classes = ImportClasses(self.presenter)
        self.only_class = ComboBox()
        self.options = ImportOptions(self._taken)
        self.problem = QLabel()
        self.problem.setProperty("look", "muted")
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox()
        self.import_button = self.buttons.addButton(tr("&Import"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.import_button.setProperty("look", "primary")
        self.buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in self.buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        self._build()
        self._connect()
        self.resize(*SIZE)
        self._show()
        self.add(paths)

    def add(self, paths: Sequence[Path]) -> None:
        """Looks at more places."""
        self._look_at(self.presenter.add(paths))

    # -- what is dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    # -- how it works

    def _look_at(self, places: Sequence[Place]) -> None:
        for place in places:
            self._tasks.run(self._recognise(place.path))
        self._show()
        self.options.suggest_name(self.presenter.suggested_name())

    async def _recognise(self, path: Path) -> None:
        """One place at a time: each look is a job in a worker of its own."""
        async with self._looking:
            try:
                result = await self._client.errands.run(RecogniseSpec(paths=(path,)))
            except PyroblurError as error:
                self.presenter.failed(path, " ".join(part for part in (error.message, error.hint) if part))
            else:
                self.presenter.found(path, result.get("found"))
        self._show()

    def _show(self) -> None:
        self.places.show_places(self.presenter.places())
        has_classes = bool(self.presenter.theirs()) or self.presenter.may_lack_classes()
        lacks = self.presenter.may_lack_classes()
        self.classes_heading.setVisible(has_classes)
        self.classes.setVisible(has_classes)
        self._set_heading.setVisible(bool(self.presenter.places()))
        self.options.setVisible(bool(self.presenter.places()))
        self._only_label.setVisible(lacks)
        self.only_class.setVisible(lacks)
        self.classes.show_classes(self._only())
        self.options.shares.set_pictures(self.presenter.pictures())
        self.join_button.setVisible(bool(self._taken))
        order_by_layout(self)
        self._check()

    def _check(self) -> None:
        problem = self.presenter.missing(self._wish())
        self.problem.setText(problem)
        self.import_button.setEnabled(not problem)

    def _accept(self) -> None:
        self._check()
        if self.import_button.isEnabled():
            self.wanted.emit(self.presenter.spec(self._wish()))
            self.accept()

    def _wish(self) -> ImportWish:
        name, values, adds = self.options.value()
        return ImportWish(name=name, values=values, only_class=self._only(), adds=adds)

    def _only(self) -> str | None:
        return self.only_class.currentData() if self.presenter.may_lack_classes() else None

    def _remove(self, path: Path) -> None:
        self.presenter.remove(path)
        self._show()

    def _ask_for_files(self) -> None:
        dialog = QFileDialog(self, tr("Choose archives"), str(Path.home()))
        dialog.setNameFilters(
            [
                tr("Archives and label files (*.zip *.tar *.tar.gz *.tgz *.tar.xz *.tar.bz2 *.json *.yaml *.txt)"),
                tr("All files (*)"),
            ]
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda files: self.add([Path(file) for file in files]))
        dialog.open()

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, tr("Choose a folder"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda folder: self.add([Path(folder)]))
        dialog.open()

    def _fill_join_menu(self) -> None:
        self._join_menu.clear()
        for name in self._taken:
            action = self._join_menu.addAction(name)
            action.setEnabled(self.presenter.is_joinable(name))
            action.triggered.connect(lambda _=False, name=name: self._look_at(self.presenter.join(name)))

    # -- how it is built

    def _build(self) -> None:
        inner = QWidget()
        inner.setProperty("look", "panel")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.M)
        adding = QHBoxLayout()
        adding.setSpacing(Space.S)
        for button in (self.folder_button, self.files_button, self.join_button):
            adding.addWidget(button)
        adding.addStretch()
        self._join_menu = QMenu(self.join_button)
        self.join_button.setMenu(self._join_menu)
        self.only_class.addItem(tr("What the names of the files say, or else faces"), None)
        for name in MAIN_CLASSES:
            self.only_class.addItem(class_label(name), name)
        self._only_label = QLabel(tr("All boxes are"))
        self._only_label.setBuddy(self.only_class)
        self.only_class.setAccessibleName(tr("All boxes are"))
        only = QHBoxLayout()
        only.setSpacing(Space.M)
        only.addWidget(self._only_label)
        only.addWidget(self.only_class, 1)
        column.addWidget(self._heading(tr("From")))
        column.addWidget(self.places)
        column.addLayout(adding)
        column.addSpacing(Space.S)
        column.addWidget(self.classes_heading)
        column.addLayout(only)
        column.addWidget(self.classes)
        column.addSpacing(Space.S)
        self._set_heading = self._heading(tr("Data set"))
        column.addWidget(self._set_heading)
        column.addWidget(self.options)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName(tr("Import"))
        scroll.setWidget(inner)
        line = QFrame()
        line.setProperty("look", "line")
        foot = QHBoxLayout()
        foot.setSpacing(Space.L)
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        whole.setSpacing(Space.L)
        whole.addWidget(scroll, 1)
        whole.addWidget(line)
        whole.addLayout(foot)

    def _connect(self) -> None:
        self.places.removed.connect(self._remove)
        self.files_button.clicked.connect(self._ask_for_files)
        self.folder_button.clicked.connect(self._ask_for_folder)
        self._join_menu.aboutToShow.connect(self._fill_join_menu)
        self.only_class.activated.connect(lambda _: self._show())
        self.classes.changed.connect(self._check)
        self.options.changed.connect(self._check)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(lambda _: self._tasks.cancel())

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        return label

    def _button(self, text: str, glyph: str) -> QPushButton:
        button = QPushButton(icons.icon(glyph), text)
        button.setAccessibleName(text.replace("&", "").rstrip("…"))
        button.setAutoDefault(False)
        return button
