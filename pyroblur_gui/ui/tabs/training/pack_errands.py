"""What the Training tab does about the training pack: offers it, asks, makes it, looks it through, removes it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.training_part import pack_folder
from pyroblur_gui.jobs.events import Event, Progress
from pyroblur_gui.pack import place
from pyroblur_gui.pack.logins import load_sources, save_sources
from pyroblur_gui.pack.spec import (
    PackCheckSpec,
    PackInstallSpec,
    PackPlanSpec,
    PackRemoveSpec,
    Sources,
    sources_file,
)
from pyroblur_gui.training import run
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.tabs.blur.wording import size_text
from pyroblur_gui.ui.tabs.training import pack_wording
from pyroblur_gui.ui.tabs.training.pack_dialog import PackDialog

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from pydantic import JsonValue

    from pyroblur_gui.jobs.spec import Spec
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.training.pack_page import PackPage
    from pyroblur_gui.ui.tabs.training.tab import TrainingTab
    from pyroblur_gui.ui.tasks import Tasks

GET, LATER, REMOVE, KEEP = "get", "later", "remove", "keep"


class PackErrands:
    """Call everything on the window's loop. changed: told when a training may have become possible, or impossible."""

    def __init__(self, tab: TrainingTab, client: JobClient, tasks: Tasks, changed: Callable[[], None]) -> None:
        self._tab = tab
        self._page: PackPage = tab.pack
        self._client = client
        self._tasks = tasks
        self._changed = changed
        self._running: asyncio.Task[None] | None = None
        self._is_closed = False
        self._connections = (
            self._page.wanted.connect(self._begin_to_ask),
            self._page.cancelled.connect(self._cancel),
            self._page.sources_wanted.connect(self.show_dialog),
            tab.commands.pack.triggered.connect(self.show_dialog),
        )
        self.refresh()

    def close(self) -> None:
        """What is under way is the tasks' to end; the widgets may be gone by then."""
        self._is_closed = True
        for signal, connection in zip(
            (self._page.wanted, self._page.cancelled, self._page.sources_wanted, self._tab.commands.pack.triggered),
            self._connections,
            strict=True,
        ):
            signal.disconnect(connection)

    def refresh(self) -> None:
        """What the page offers now."""
        status, sources = place.status(), sources_file().load().value
        if not status.is_usable:
            self._page.show_offer(pack_wording.offer(status, sources), has_runs=bool(run.names()))
        self._tab.show_pack(is_wanted=not status.is_usable or self._page.is_busy)

    # -- getting it

    def _begin_to_ask(self) -> None:
        if self._running is None:
            self._start(self._ask(), tr("What is needed is being asked"))

    async def _ask(self) -> None:
        sources = await asyncio.to_thread(load_sources)
        plan = await self._run(PackPlanSpec(sources=sources))
        if plan is None:
            return
        question = Question(
            tr("Get the training pack?"),
            pack_wording.question(plan, str(pack_folder())),
            ((GET, tr("&Get it")), (LATER, tr("&Not now"))),
            glyph="download-simple",
            parent=self._tab,
        )
        question.answered.connect(lambda answer: self._begin_to_make(sources) if answer == GET else None)
        question.open()

    def _begin_to_make(self, sources: Sources) -> None:
        self._start(self._install(sources), tr("The training pack is being made"))

    async def _install(self, sources: Sources) -> None:
        made = await self._run(PackInstallSpec(sources=sources, has_accepted=True))
        if made is None:
            return
        self._tab.banner.say(
            tr("The training pack is ready: PyTorch {torch}, for {devices}.", torch=made["torch"],
               devices=made["devices"])
        )  # fmt: skip

    def _start(self, work: Coroutine[Any, Any, None], heading: str) -> None:
        self._page.begin(heading)
        self._running = asyncio.get_running_loop().create_task(work)
        self._running.add_done_callback(self._over)
        self._tasks.keep(self._running)

    async def _run(self, spec: Spec) -> dict[str, JsonValue] | None:
        """None: it failed, which the page says."""

        def hear(event: Event) -> None:
            if isinstance(event, Progress):
                self._page.progress(event)

        try:
            return await self._client.errands.run(spec, on_event=hear)
        except PyroblurError as error:
            self._page.say_problem(failure_text(error))
            return None

    def _over(self, _task: asyncio.Task[None]) -> None:
        self._running = None
        if self._is_closed:
            return
        self._page.end()
        self.refresh()
        self._changed()

    def _cancel(self) -> None:
        if self._running is not None:
            self._running.cancel()

    # -- the pack itself

    def show_dialog(self) -> None:
        dialog = PackDialog(place.status(), sources_file().load().value, self._tab)
        dialog.saved.connect(lambda sources: self._tasks.run(self._keep(sources)))
        dialog.check_wanted.connect(lambda: self._tasks.run(self._check(dialog)))
        dialog.remove_wanted.connect(lambda: self._tasks.run(self._ask_remove(dialog)))
        dialog.open()

    async def _keep(self, sources: Sources) -> None:
        try:
            await asyncio.to_thread(save_sources, sources)  # a keyring may ask its user for a password
        except PyroblurError as error:
            self._tab.banner.say(failure_text(error))
        self.refresh()

    async def _check(self, dialog: PackDialog) -> None:
        dialog.show_busy(tr("Every file is looked at, and what a training loads is loaded…"))
        remark = ""
        try:
            found = await self._client.errands.run(PackCheckSpec())
            if not found["problems"]:
                remark = tr("All of it is as it should be.") + " " + pack_wording.state_text(place.status())
        except PyroblurError as error:
            remark = failure_text(error)
        dialog.show_status(place.status(), remark)
        self.refresh()

    async def _ask_remove(self, dialog: PackDialog) -> None:
        size = await asyncio.to_thread(place.size_of, pack_folder())
        question = Question(
            tr("Remove the training pack?"),
            tr(
                "It takes {size} in {folder}. Runs, models and data sets stay. To train again, get it again.",
                size=size_text(size),
                folder=pack_folder(),
            ),
            ((KEEP, tr("&Keep it")), (REMOVE, tr("&Remove"))),
            glyph="trash",
            role="warning",
            parent=dialog,
        )
        question.answered.connect(lambda answer: self._tasks.run(self._remove(dialog)) if answer == REMOVE else None)
        question.open()

    async def _remove(self, dialog: PackDialog) -> None:
        dialog.show_busy(tr("It is being removed…"))
        remark = ""
        try:
            freed = await self._client.errands.run(PackRemoveSpec())
            remark = tr("It was removed; {size} are free again.", size=size_text(int(str(freed["freed_bytes"]))))
        except PyroblurError as error:
            remark = failure_text(error)
        dialog.show_status(place.status(), remark)
        self.refresh()
        self._changed()
