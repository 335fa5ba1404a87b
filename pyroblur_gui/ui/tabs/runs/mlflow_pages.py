"""Opens MLflow's own pages in a browser: those of the tracking server, or of a store of this computer."""

import asyncio

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.jobs.events import Event, Started
from pyroblur_gui.runs import pages
from pyroblur_gui.runs.place import here
from pyroblur_gui.runs.spec import PagesSpec
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.job_client import JobClient
from pyroblur_gui.ui.tasks import Tasks
from pyroblur_gui.ui.widgets.banner import Banner


class MlflowPages:
    """What it serves ends with the window."""

    def __init__(self, client: JobClient, tasks: Tasks, banner: Banner) -> None:
        self._client = client
        self._tasks = tasks
        self._banner = banner
        self._address = ""  # of the pages that are served
        self._of = ""  # the store that they are of
        self._serving: asyncio.Task[None] | None = None

    def open(self) -> None:
        place = here()
        if place.uri.startswith("http"):
            self._show(place.title)
        elif not pages.are_installed():
            self._banner.say(
                tr("MLflow's own pages are not installed. To have them: {command}", command=pages.how_to_install())
            )
        elif self._serving is None or self._of != place.uri:
            if self._serving is not None:
                self._serving.cancel()
            self._address, self._of = "", place.uri
            self._banner.say(tr("MLflow's pages are opened in a browser in a moment."))
            self._serving = asyncio.get_running_loop().create_task(self._serve())
            self._tasks.keep(self._serving)
        elif self._address:
            self._show(self._address)

    async def _serve(self) -> None:
        try:
            await self._client.errands.run(PagesSpec(), on_event=self._heard)
        except PyroblurError as error:
            self._banner.say(failure_text(error))
        finally:
            if self._serving is asyncio.current_task():
                self._serving, self._address = None, ""

    def _heard(self, event: Event) -> None:
        if isinstance(event, Started) and "address" in event.detail:
            self._address = str(event.detail["address"])
            self._show(self._address)

    def _show(self, address: str) -> None:
        if not QDesktopServices.openUrl(QUrl(address)):
            self._banner.say(tr("No browser could be opened. The address is {address}.", address=address))
