"""Connects the Blur tab's widgets with what decides: from the moment that there are jobs until the tab ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.tabs.blur.inspector import Inspector
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState, Summary
from pyroblur_gui.ui.tabs.blur.output import Output
from pyroblur_gui.ui.tabs.blur.presenter import BlurPresenter
from pyroblur_gui.ui.tabs.blur.thumbnails import Thumbnails
from pyroblur_gui.ui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from PySide6.QtGui import QAction

    from pyroblur_gui.blurring.spec import BlurOptions
    from pyroblur_gui.media.facts import MediaFacts
    from pyroblur_gui.ui.job_client import JobClient
    from pyroblur_gui.ui.pictures import Picture
    from pyroblur_gui.ui.tabs.blur.tab import BlurTab

PREVIEW_SIZE = (1280, 960)
THUMBNAIL_SIZE = (160, 120)


class Wiring:
    """The QueueView of the tab's presenter. Call everything on the window's loop."""

    def __init__(self, tab: BlurTab, client: JobClient) -> None:
        self._tab = tab
        self._jobs = client.queue
        self._tasks = Tasks()
        self._watched: int | None = None
        self._last = Summary()
        self.inspector = Inspector(client, tab.preview, options=tab.chosen_options, size=PREVIEW_SIZE)
        self.thumbnails = Thumbnails(client, self._learned, width=THUMBNAIL_SIZE[0], height=THUMBNAIL_SIZE[1])
        self.presenter = BlurPresenter(
            client.queue,
            self,
            options=tab.chosen_options,
            output=tab.output,
            on_preview=self.inspector.live_frame,
        )
        self._connect()

    def restore(self) -> None:
        """Lists what an earlier run left."""
        self.presenter.restore()

    async def close(self) -> None:
        self.inspector.close()
        self.thumbnails.close()
        self.presenter.close()
        await self._tasks.close()

    def add(self, paths: Sequence[Path], *, take_any_file: bool) -> None:
        self._tasks.run(self._add(paths, take_any_file=take_any_file))

    def options_changed(self, options: BlurOptions, output: Output) -> None:
        self.presenter.set_options(options, output)
        self.inspector.set_options(options)

    def show_current(self) -> None:
        """Turns the preview to the file that is chosen in the list."""
        shown = self.inspector.item_id
        self._show(self.presenter.item(shown) if shown is not None else None)

    # -- QueueView

    def items_added(self, items: list[Item]) -> None:
        self._tab.model.add(items)
        self._tab.show_list(is_empty=False)
        if not self._tab.queue.chosen():
            self._tab.queue.choose(items[0].id)
            self._tab.queue.list.setFocus()

    def item_changed(self, item: Item) -> None:
        self._tab.model.change(item)
        if item.state is ItemState.RUNNING:
            self._follow(item)
        if item.id == self.inspector.item_id:
            self._show(item)

    def items_removed(self, ids: list[int]) -> None:
        self._tab.model.remove(ids)
        if not self._tab.model.items():
            self._tab.show_list(is_empty=True)
            self._show(None)
        elif self.inspector.item_id in ids:
            chosen = self._tab.queue.chosen() or [self._tab.model.items()[0]]
            self._tab.queue.choose(chosen[0].id)

    def summary_changed(self, summary: Summary) -> None:
        self._last = summary
        self._tab.show_summary(summary)

    def say(self, text: str) -> None:
        self._tab.banner.say(text)

    def offer_resume(self, count: int) -> None:
        text = trn(
            "{count} file was not finished when PyroBlur ended. It can go on where it stopped.",
            "{count} files were not finished when PyroBlur ended. They can go on where they stopped.",
            count,
        )
        resume, discard = self.presenter.resume_interrupted, self.presenter.discard_interrupted
        self._tab.banner.offer(text, ((tr("Resume"), resume), (tr("Remove from list"), discard)))

    def engine_known(self, text: str) -> None:
        self._tab.engine.emit(text)

    def all_done(self, summary: Summary) -> None:
        self._tab.finished.emit(summary)

    # -- how it is connected

    def _connect(self) -> None:
        tab, act, door, queue = self._tab, self._tab.commands, self._tab.door, self._tab.queue
        act.start.triggered.connect(lambda: self._tasks.run(self.presenter.start()))
        act.pause_all.triggered.connect(self.presenter.pause_all)
        act.resume_all.triggered.connect(self.presenter.resume_all)
        act.cancel_all.triggered.connect(self.presenter.cancel_all)
        self._on_chosen(act.pause, self.presenter.pause)
        self._on_chosen(act.resume, self.presenter.resume)
        self._on_chosen(act.cancel, self.presenter.cancel)
        self._on_chosen(act.remove, self.presenter.remove)
        act.retry.triggered.connect(lambda: self._tasks.run(self.presenter.retry(self._chosen())))
        act.clear_finished.triggered.connect(self.presenter.clear_finished)
        act.open_output.triggered.connect(lambda: door.open_results(queue.chosen()))
        act.open_report.triggered.connect(lambda: door.open_reports(queue.chosen()))
        act.copy_details.triggered.connect(lambda: door.copy_details(queue.chosen()))
        act.show_in_folder.triggered.connect(lambda: door.show_in_folder(queue.chosen()))
        act.show_results.triggered.connect(lambda: door.show_in_folder(self.presenter.finished()))
        queue.selection_changed.connect(lambda: act.update_for(queue.chosen(), self._last))
        queue.current_changed.connect(self._current_changed)
        queue.visible_changed.connect(lambda items: self.thumbnails.want([(item.id, item.source) for item in items]))
        tab.preview.sought.connect(self.inspector.seek)
        tab.preview.live_asked.connect(self.inspector.go_live)

    def _on_chosen(self, action: QAction, do: Callable[[Iterable[int]], None]) -> None:
        action.triggered.connect(lambda: do(self._chosen()))

    def _chosen(self) -> list[int]:
        return [item.id for item in self._tab.queue.chosen()]

    async def _add(self, paths: Sequence[Path], *, take_any_file: bool) -> None:
        added = await self.presenter.add(paths, take_any_file=take_any_file)
        if added and self._tab.starts_at_once:
            await self.presenter.start()

    def _current_changed(self, item_id: int | None) -> None:
        self._show(self.presenter.item(item_id) if item_id is not None else None)

    def _show(self, item: Item | None) -> None:
        """Turns the preview to a file, and asks its job, and no other, for live frames."""
        self.inspector.show(item)
        watched = item.job if item is not None and self._tab.shows_live and item.state.is_under_way else None
        if watched != self._watched:
            self._watched = watched
            self._jobs.watch(watched)

    def _follow(self, item: Item) -> None:
        """Moves on to the file that now runs, if the one on show was being followed and is done."""
        shown = self.inspector.item_id
        before = self.presenter.item(shown) if shown is not None else None
        if before is None or (before.id != item.id and before.state.is_finished and len(self._chosen()) <= 1):
            self._tab.queue.choose(item.id)

    def _learned(self, item_id: int, picture: Picture | None, facts: MediaFacts) -> None:
        if picture is not None:
            self._tab.model.set_thumbnail(item_id, picture)
        self.presenter.facts_known(item_id, facts)
