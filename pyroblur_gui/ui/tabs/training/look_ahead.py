"""The look ahead of what the form says: one at a time, in a worker, forgotten as soon as the form says otherwise."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.training.spec import PreflightSpec
from pyroblur_gui.ui.i18n import failure_text, tr
from pyroblur_gui.ui.tabs.training.forecast_panel import read_forecast

if TYPE_CHECKING:
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.training.presenter import Draft
    from pyroblur_gui.ui.tabs.training.tab import TrainingTab
    from pyroblur_gui.ui.tasks import Tasks


class LookAhead:
    """Call everything on the window's loop."""

    def __init__(self, tab: TrainingTab, client: JobClient, tasks: Tasks) -> None:
        self._start = tab.start
        self._client = client
        self._tasks = tasks
        self._looking: asyncio.Task[None] | None = None
        tab.start.draft_changed.connect(self.forget)
        tab.start.forecast.cancelled.connect(self._cancel)

    def look(self, draft: Draft) -> None:
        if self._looking is not None:
            return
        self._start.forecast.begin()
        self._start.look_button.setEnabled(False)
        self._looking = asyncio.get_running_loop().create_task(self._look(draft))
        self._looking.add_done_callback(self._looked)
        self._tasks.keep(self._looking)

    def forget(self) -> None:
        """What was found holds no more."""
        if self._looking is None:
            self._start.forecast.clear()

    async def _look(self, draft: Draft) -> None:
        panel = self._start.forecast
        try:
            spec = PreflightSpec(
                recipe=draft.recipe, data=draft.data, device=draft.device, unlabelled=draft.unlabelled
            )  # fmt: skip
            result = await self._client.errands.run(spec)
            forecast = read_forecast(result)
            if forecast is None:
                panel.fail(tr("The look ahead gave no answer that this version understands."))
            else:
                panel.show_forecast(forecast)
        except PyroblurError as error:
            panel.fail(failure_text(error))

    def _looked(self, task: asyncio.Task[None]) -> None:
        """Also of a look that was cancelled before it began."""
        self._looking = None
        if task.cancelled():
            self._start.forecast.clear()
        self._start.look_button.setEnabled(True)

    def _cancel(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
