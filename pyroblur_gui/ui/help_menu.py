"""The Help menu: guide, welcome, updates, diagnostics, About. Its dialogs are loaded after the window is on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.loading import load_ahead
from pyroblur_gui.ui.tasks import Tasks

if TYPE_CHECKING:
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.main_window import MainWindow


class HelpMenu(QObject):
    """`engine` is what the status bar says of the engine in use; reports tell it, too."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.engine = ""
        self._window = window
        self._tasks = Tasks()
        no_role = QAction.MenuRole.NoRole
        self.guide_action = self._action(tr("&User guide"), "book-open", no_role)
        self.guide_action.setShortcut(QKeySequence(QKeySequence.StandardKey.HelpContents))
        self.guide_action.triggered.connect(self._show_guide)
        self.welcome_action = self._action(tr("&Welcome"), "hand-waving", no_role)
        self.welcome_action.triggered.connect(self.welcome)
        self.updates_action = self._action(tr("Check for u&pdates"), "arrow-clockwise", no_role)
        self.updates_action.triggered.connect(self._check_for_updates)
        self.copy_action = self._action(tr("&Copy diagnosis"), "copy", no_role)
        self.copy_action.triggered.connect(self._copy_diagnosis)
        self.diagnostics_action = self._action(tr("Collect &diagnostics…"), "first-aid-kit", no_role)
        self.diagnostics_action.triggered.connect(self._collect_diagnostics)
        self.about_action = self._action(tr("&About PyroBlur"), "info", QAction.MenuRole.AboutRole)
        self.about_action.triggered.connect(self._show_about)

    def fill(self, menu: QMenu) -> None:
        menu.addActions([self.guide_action, self.welcome_action])
        menu.addSeparator()
        menu.addActions([self.updates_action, self.copy_action, self.diagnostics_action])
        menu.addSeparator()
        menu.addAction(self.about_action)

    async def close(self) -> None:
        """Ends what it has under way."""
        await self._tasks.close()

    def welcome(self) -> None:
        from pyroblur_gui.ui.dialogs.welcome import WelcomeDialog

        WelcomeDialog(self._window).open()

    def _show_guide(self) -> None:
        from pyroblur_gui.ui.dialogs.guide import GuideDialog

        GuideDialog(self._window).show()

    def _show_about(self) -> None:
        from pyroblur_gui.ui.dialogs.about import AboutDialog

        AboutDialog(self.engine, self._window).open()

    def _copy_diagnosis(self) -> None:
        from pyroblur_gui.ui.dialogs.about import diagnosis

        QApplication.clipboard().setText(diagnosis(self.engine))
        self._window.say(tr("The diagnosis is on the clipboard, ready to be pasted into a report."))

    def _collect_diagnostics(self) -> None:
        from pyroblur_gui.ui.dialogs.diagnostics import DiagnosticsDialog, collected

        client = self._window.client
        jobs = client.queue.jobs() if client is not None else []
        DiagnosticsDialog(collected(self.engine, self._window.settings, jobs), self._window).open()

    def _check_for_updates(self) -> None:
        from pyroblur_gui.ui.dialogs.updates import no_address

        address, client = self._window.settings.update_address, self._window.client
        if not address:
            no_address(self._window).open()
        elif client is not None:
            self.updates_action.setEnabled(False)
            self._window.say(tr("Asking {address} for the newest version…", address=address))
            self._tasks.run(self._ask_for_updates(address, client))

    async def _ask_for_updates(self, address: str, client: JobClient) -> None:
        from pyroblur_gui.operations.spec import UpdatesSpec
        from pyroblur_gui.ui.dialogs.updates import answer, no_answer

        try:
            found = await client.errands.run(UpdatesSpec(address=address))
        except PyroblurError as error:
            no_answer(error, self._window).open()
        else:
            answer(found, self._window).open()
        finally:
            self.updates_action.setEnabled(True)

    def _action(self, text: str, glyph: str, role: QAction.MenuRole) -> QAction:
        action = QAction(icons.icon(glyph), text, self)
        action.setMenuRole(role)
        return action


async def load_help() -> None:
    """Its dialogs, before they are asked for."""
    await load_ahead("pyroblur_gui.ui.dialogs", ("welcome", "guide", "about", "diagnostics", "updates"))
