"""What the Blur tab does: keeps the list of files, hands jobs to the queue, and turns its events into what is shown.

Files wait here as `ready` until the user starts; from then on the queue on disk has them, so that a crash loses
none. Options and output apply to every file that has not begun: waiting jobs are handed over again when they change.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec
from pyroblur_gui.jobs.events import Event, Preview, Started
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.tabs.blur.items import Item, ItemState, Summary
from pyroblur_gui.ui.tabs.blur.outcome import updated
from pyroblur_gui.ui.tabs.blur.output import Output
from pyroblur_gui.ui.tabs.blur.pace import Pace
from pyroblur_gui.ui.tabs.blur.ports import Jobs, QueueView
from pyroblur_gui.ui.tabs.blur.sources import Found, Source, find_sources, identity, plan_targets

SETTLE_S = 0.4  # options that change again within this time are handed over once
BATCH = 200  # jobs that the queue is given in one turn of the loop


class BlurPresenter:
    """Lives on the window's loop. `on_preview` is told the frames of running jobs."""

    def __init__(
        self,
        jobs: Jobs,
        view: QueueView,
        *,
        options: BlurOptions,
        output: Output,
        on_preview: Callable[[int, Preview], None],
    ) -> None:
        self._jobs = jobs
        self._view = view
        self._options = options
        self._output = output
        self._on_preview = on_preview
        self._items: dict[int, Item] = {}
        self._of_job: dict[int, int] = {}
        self._numbers = itertools.count(1)
        self._in_hand: set[int] = set()  # being handed over
        self._pace = Pace()
        self._settling: asyncio.TimerHandle | None = None
        self._is_told = True  # whether the view has the present summary
        self._was_busy = False
        self._unsubscribe = jobs.subscribe(self._heard)

    def close(self) -> None:
        self._unsubscribe()
        if self._settling is not None:
            self._settling.cancel()

    # -- what there is

    @property
    def options(self) -> BlurOptions:
        return self._options

    def item(self, item_id: int) -> Item | None:
        return self._items.get(item_id)

    def items(self) -> list[Item]:
        return list(self._items.values())

    def finished(self) -> list[Item]:
        return [item for item in self._items.values() if item.state.is_finished]

    def summary(self) -> Summary:
        return self._pace.summary(self._items.values(), is_started=self._jobs.is_started)

    # -- what the user does

    async def add(self, paths: Sequence[Path], *, take_any_file: bool = False) -> list[Item]:
        """Lists files and the content of folders; says what was left out and why. The search runs in a thread."""
        found = await asyncio.to_thread(find_sources, paths, self._output.pattern, take_any_file=take_any_file)
        known = {identity(item.source) for item in self._items.values()}
        fresh = [source for source in found.sources if identity(source.path) not in known]
        items = [
            Item(id=next(self._numbers), source=source.path, place=source.place, size_bytes=source.size_bytes)
            for source in fresh
        ]
        self._items |= {item.id: item for item in items}
        if items:
            self._view.items_added(items)
        self._say_what_was_left_out(found, known=len(found.sources) - len(fresh))
        self._touch()
        return items

    async def start(self) -> None:
        """Hands the files that are ready to the queue and lets it run."""
        await self._hand_over([item for item in self._items.values() if item.state is ItemState.READY])
        if self._jobs.is_started:
            self._jobs.start()
        else:
            self._jobs.resume()
        self._touch()

    def pause(self, ids: Iterable[int]) -> None:
        for item in self._chosen(ids):
            if item.job is not None and item.state in {ItemState.RUNNING, ItemState.QUEUED}:
                self._jobs.pause(item.job)

    def pause_all(self) -> None:
        """What runs waits, and nothing else begins."""
        self._jobs.pause()
        self._touch()

    def resume(self, ids: Iterable[int]) -> None:
        """Goes on with files that were paused, or interrupted when PyroBlur ended."""
        for item in self._chosen(ids):
            if item.job is not None and item.state in {ItemState.PAUSED, ItemState.INTERRUPTED}:
                self._jobs.resume(item.job)
        self._jobs.start()
        self._touch()

    def resume_all(self) -> None:
        self._jobs.resume()
        self._touch()

    def resume_interrupted(self) -> None:
        """Goes on with what an earlier run left, where it stopped."""
        self.resume([item.id for item in self._items.values() if _is_left(item)])

    def cancel(self, ids: Iterable[int]) -> None:
        for item in self._chosen(ids):
            if item.job is not None and item.state.is_under_way:
                self._jobs.cancel(item.job)

    def cancel_all(self) -> None:
        self.cancel(list(self._items))

    async def retry(self, ids: Iterable[int]) -> None:
        """Covers files once more with the options of now; with the same options, finished parts are used again."""
        again = [item for item in self._chosen(ids) if item.state.is_over]
        for item in again:
            self._forget_job(item)
        await self._hand_over([self._items[item.id] for item in again])
        self._jobs.start()

    def remove(self, ids: Iterable[int]) -> None:
        """Takes files off the list, cancelling what runs; no file on the disk is touched."""
        gone = self._chosen(ids)
        for item in gone:
            self._forget_job(item)
            del self._items[item.id]
        if gone:
            self._view.items_removed([item.id for item in gone])
            self._touch()

    def clear_finished(self) -> None:
        over = {ItemState.DONE, ItemState.LOOK, ItemState.CANCELLED}
        self.remove([item.id for item in self._items.values() if item.state in over])

    def discard_interrupted(self) -> None:
        self.remove([item.id for item in self._items.values() if _is_left(item)])

    def set_options(self, options: BlurOptions, output: Output) -> None:
        """From now on; files that wait get them too, those that run keep theirs."""
        if (options, output) == (self._options, self._output):
            return
        self._options, self._output = options, output
        if self._settling is not None:
            self._settling.cancel()
        self._settling = asyncio.get_running_loop().call_later(SETTLE_S, self._hand_over_again)

    def facts_known(self, item_id: int, facts: MediaFacts) -> None:
        """Notes what the preview lane learned of a file."""
        if item_id in self._items:
            self._change(replace(self._items[item_id], facts=facts))

    def restore(self) -> None:
        """Lists what an earlier run left in the queue, and offers to resume it; what was over then is forgotten."""
        for job in self._jobs.jobs():
            if job.kind != BlurSpec.kind:
                continue
            if job.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}:
                self._jobs.remove(job.id)
                continue
            spec = BlurSpec.model_validate(job.spec)
            item = Item(id=next(self._numbers), source=spec.source, target=spec.target, job=job.id)
            self._items[item.id] = updated(item, job, None)
            self._of_job[job.id] = item.id
        if self._items:
            self._view.items_added(self.items())
            self._touch()
        if left := sum(_is_left(item) for item in self._items.values()):
            self._view.offer_resume(left)

    def keep(self, items: Iterable[Item]) -> None:
        """Lists what a window before had, whose jobs are in the queue still; says it in the language of now."""
        jobs = {job.id: job for job in self._jobs.jobs()}
        for item in items:
            job = jobs.get(item.job) if item.job is not None else None
            self._items[item.id] = updated(item, job, None) if job is not None else replace(item, job=None)
            if job is not None:
                self._of_job[job.id] = item.id
        self._numbers = itertools.count(max(self._items, default=0) + 1)
        self._was_busy = self.summary().is_busy
        if self._items:
            self._view.items_added(self.items())
            self._touch()

    # -- how it is done

    async def _hand_over(self, items: Sequence[Item]) -> None:
        """Plans targets in a thread (disks may be slow), then gives the jobs to the queue, a batch a turn of the loop.

        Files that are being handed over already are passed by: a second press of the button changes nothing.
        """
        wanted = [item for item in items if item.id not in self._in_hand]
        self._in_hand |= {item.id for item in wanted}
        try:
            targets = await asyncio.to_thread(self._targets, wanted)
            pairs = list(zip(wanted, targets, strict=True))
            for first in range(0, len(pairs), BATCH):
                self._submit(
                    [(item, target) for item, target in pairs[first : first + BATCH] if item.id in self._items]
                )
                await asyncio.sleep(0)
        finally:
            self._in_hand -= {item.id for item in wanted}

    def _submit(self, pairs: Sequence[tuple[Item, Path]]) -> None:
        """Gives the queue a job a file, with the options of now."""
        specs = [BlurSpec(source=item.source, target=target, options=self._options) for item, target in pairs]
        for (item, target), job in zip(pairs, self._jobs.add_all(specs), strict=True):
            self._of_job[job.id] = item.id
            self._change(updated(replace(item, job=job.id, target=target), self._jobs.job(job.id), None))

    def _targets(self, items: Sequence[Item]) -> list[Path]:
        chosen = {item.id for item in items}
        others = [item for item in list(self._items.values()) if item.id not in chosen]
        taken = [item.source for item in others] + [item.target for item in others if item.target is not None]
        own = {item.source: item.target for item in items if item.target is not None and item.state.is_finished}
        sources = [Source(item.source, place=item.place) for item in items]
        return plan_targets(sources, folder=self._output.folder, pattern=self._output.pattern, taken=taken, own=own)

    def _hand_over_again(self) -> None:
        """Replaces the jobs that wait by jobs with the options of now."""
        self._settling = None
        waiting = [item for item in self._items.values() if item.state is ItemState.QUEUED]
        if not waiting:
            return
        self._submit(list(zip(waiting, self._targets(waiting), strict=True)))  # first: if it fails, nothing is lost
        for item in waiting:
            if item.job is not None:
                del self._of_job[item.job]
                self._jobs.remove(item.job)

    def _forget_job(self, item: Item) -> None:
        if item.job is not None:
            self._of_job.pop(item.job, None)
            self._jobs.remove(item.job)
            self._items[item.id] = replace(item, job=None)

    def _heard(self, job: Job, event: Event | None) -> None:
        item = self._items.get(self._of_job.get(job.id, 0))
        if item is None:
            return
        if isinstance(event, Preview):
            self._on_preview(item.id, event)
            return
        if isinstance(event, Started) and (engine := event.detail.get("engine")):
            self._view.engine_known(str(engine))
        self._change(updated(item, job, event))

    def _change(self, item: Item) -> None:
        if self._items.get(item.id) != item:
            self._items[item.id] = item
            self._view.item_changed(item)
            self._touch()

    def _chosen(self, ids: Iterable[int]) -> list[Item]:
        return [self._items[number] for number in ids if number in self._items]

    def _touch(self) -> None:
        """Tells the summary once a turn of the loop, however many files changed in it."""
        if self._is_told:
            self._is_told = False
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._is_told = True
        summary = self.summary()
        self._view.summary_changed(summary)
        if self._was_busy and not summary.is_busy and not summary.paused and not summary.waiting:
            self._view.all_done(summary)
        self._was_busy = summary.is_busy

    def _say_what_was_left_out(self, found: Found, *, known: int) -> None:
        notes = []
        if found.left_out:
            notes.append(
                trn(
                    "{count} file was left out: it is neither photo nor video.",
                    "{count} files were left out: they are neither photos nor videos.",
                    len(found.left_out),
                )
            )
        if found.results:
            notes.append(
                trn(
                    "{count} earlier result was left out.", "{count} earlier results were left out.", len(found.results)
                )
            )
        if found.empty and not found.sources:
            notes.append(tr("There are no photos or videos in {folder}.", folder=found.empty[0].name))
        if found.unreadable:
            notes.append(tr("{folder} cannot be opened.", folder=found.unreadable[0].name))
        if known:
            notes.append(trn("{count} file is in the list already.", "{count} files are in the list already.", known))
        if notes:
            self._view.say(" ".join(notes))


def _is_left(item: Item) -> bool:
    """Left from an earlier run, or stopped by closing the window."""
    return item.state is ItemState.INTERRUPTED
