"""What the Training tab does with models beside training them: gets weights to start from, and exports what came."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.files import sha256
from pyroblur_gui.jobs.events import Event, Log, Progress
from pyroblur_gui.models import bases
from pyroblur_gui.models import store as models
from pyroblur_gui.operations.spec import BaseDownloadSpec, ExportModelSpec, ImportModelSpec
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import failure_text, tr, translated
from pyroblur_gui.ui.tabs.blur.wording import size_text
from pyroblur_gui.ui.tabs.training.choices import network_label
from pyroblur_gui.ui.tabs.training.export_dialog import ExportDialog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.tabs.training.runs import RunLine
    from pyroblur_gui.ui.tabs.training.tab import TrainingTab
    from pyroblur_gui.ui.tasks import Tasks

DOWNLOAD, LATER = "download", "later"


class ModelErrands:
    """Call everything on the window's loop. say: shows a sentence above the tab."""

    def __init__(self, tab: TrainingTab, client: JobClient, tasks: Tasks, say: Callable[[str], None]) -> None:
        self._tab = tab
        self._client = client
        self._tasks = tasks
        self._say = say
        self._downloading: asyncio.Task[None] | None = None
        tab.start.weights.wanted.connect(self.ask_download)
        tab.start.weights.cancelled.connect(self._cancel)

    # -- weights to start from

    def ask_download(self, model: str, then: Callable[[], None] | None = None) -> None:
        """Nothing goes over the network before the user agreed. then: called once the weights are there."""
        base = bases.find(model)
        if base is None or self._downloading is not None:
            return
        published = bases.published()
        question = Question(
            tr("Download the trained weights of {network}?", network=network_label(model)),
            tr(
                "About {size} from {host}, published by {publisher} under {licence}. The certificate is checked, and "
                "the file is looked at before it is used. Its SHA-256 is kept, so that another file under this name "
                "is refused later.",
                size=size_text(base.size_bytes),
                host=base.host,
                publisher=published.publisher,
                licence=published.licence,
            ),
            ((DOWNLOAD, tr("&Download")), (LATER, tr("&Not now"))),
            glyph="download-simple",
            parent=self._tab,
        )
        question.answered.connect(lambda answer: self._begin(model, then) if answer == DOWNLOAD else None)
        question.open()

    def _begin(self, model: str, then: Callable[[], None] | None) -> None:
        self._tab.start.weights.begin(model)
        self._downloading = asyncio.get_running_loop().create_task(self._download(model, then))
        self._downloading.add_done_callback(self._over)
        self._tasks.keep(self._downloading)

    async def _download(self, model: str, then: Callable[[], None] | None) -> None:
        def hear(event: Event) -> None:
            if isinstance(event, Progress):
                self._tab.start.weights.progress(event.done, event.total)

        try:
            spec = BaseDownloadSpec(name=model, has_accepted=True)
            result = await self._client.errands.run(spec, on_event=hear)
        except PyroblurError as error:
            self._tab.start.say_problem(failure_text(error))
            return
        self._say(tr("The trained weights {name} are here. SHA-256: {sha256}", name=model, sha256=result["sha256"]))
        if then is not None:
            self._tab.start.weights.end()
            then()

    def _over(self, _task: asyncio.Task[None]) -> None:
        """Also of a download that was cancelled: what came is kept, and goes on from there when it is wanted again."""
        self._downloading = None
        self._tab.start.weights.end()
        self._tab.start.look_for_weights()

    def _cancel(self) -> None:
        if self._downloading is not None:
            self._downloading.cancel()

    # -- what came of a run

    def use(self, line: RunLine | None) -> None:
        """For blurring."""
        self._tasks.run(self._use(line))

    def export(self, line: RunLine | None) -> None:
        self._tasks.run(self._ask_export(line))

    async def _use(self, line: RunLine | None) -> None:
        model = await self._model_of(line)
        if model is not None:
            self._tab.model_wanted.emit(model)

    async def _model_of(self, line: RunLine | None) -> str | None:
        """The model that came of the run; where there is none yet, its best weights are made one. None: was told."""
        if line is None or line.folder is None:
            return None
        best = line.folder / "weights" / "best.pt"
        try:
            model = await asyncio.to_thread(lambda: models.find_checkpoint(sha256(best)))
            if model is None:
                self._say(tr("The best weights of {name} are being made a model.", name=line.name))
                made = await self._client.errands.run(ImportModelSpec(source=best, name=None))
                model = str(made["name"])
        except PyroblurError as error:
            self._say(failure_text(error))
            return None
        except OSError as error:
            self._say(tr("The weights of {name} cannot be read: {why}", name=line.name, why=error.strerror or error))
            return None
        return model

    async def _ask_export(self, line: RunLine | None) -> None:
        model = await self._model_of(line)
        if model is None:
            return
        dialog = ExportDialog(model, self._tab)
        dialog.wanted.connect(lambda kind, place: self._tasks.run(self._export(model, kind, place)))
        dialog.open()

    async def _export(self, model: str, kind: str, place: Path) -> None:
        told: list[str] = []

        def hear(event: Event) -> None:
            if isinstance(event, Log):
                told.append(translated(event.text))

        self._say(tr("{model} is being exported to {place}.", model=model, place=place))
        try:
            spec = ExportModelSpec(model=model, format=kind, output=place)
            result = await self._client.errands.run(spec, on_event=hear)
        except PyroblurError as error:
            self._say(failure_text(error))
            return
        size = result["size_bytes"]
        written = tr(
            "{model} was exported: {place}, {size}.",
            model=model,
            place=place,
            size=size_text(size) if isinstance(size, int) else "",
        )
        self._say(" ".join([written, *told]))
