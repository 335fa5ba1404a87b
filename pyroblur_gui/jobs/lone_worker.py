"""A worker that needs nobody: it goes on when the window that started it is closed or killed, and is found again.

`LoneWorker` is the side of whoever comes to it, for the queue what a WorkerProcess is. What the worker tells is read
from the job's folder and what it is asked is written there, also by the window that started it: so one that was
started a moment ago, one that another window left behind and one of a command line are all the same.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue

from pyroblur_gui.core.errors import JobError, PyroblurError
from pyroblur_gui.jobs.child import TAKEN
from pyroblur_gui.jobs.diary import LASTING_FILE, DiaryReader, Entry
from pyroblur_gui.jobs.events import Cancelled, EndEvent, Event
from pyroblur_gui.jobs.failure import failure_of
from pyroblur_gui.jobs.job_folder import JobFolder, Sitting, Task, Wish
from pyroblur_gui.jobs.process import GRACE_S, LoneProcess, broke_off
from pyroblur_gui.jobs.process_tree import TERMINATE_S, comes_true, end_tree, is_there, tree_of

LOOK_S = 0.2  # between two looks at what it tells
TURN_S = 0.005  # how long events may be handed on before the loop gets a turn

log = logging.getLogger(__name__)


class LoneWorker:
    """Comes to the worker of one job. Call everything on the loop."""

    is_reusable = False  # it does one job

    def __init__(
        self,
        folder: JobFolder,
        *,
        may_start: bool = True,
        command: Sequence[str] | None = None,
        grace_s: float = GRACE_S,
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        """may_start: starts a worker where none is at it; else `run` ends as cancelled then.

        command, environment: as for WorkerProcess.
        """
        self._folder = folder
        self._may_start = may_start
        self._command = command
        self._grace_s = grace_s
        self._environment = environment
        self._sitting = ""
        self._process: LoneProcess | None = None
        self._wish: Wish | None = None
        self._is_watched = False
        self._was_killed = False
        self._has_ended = False
        self._task: asyncio.Task[EndEvent] | None = None

    def run(
        self,
        kind: str,
        spec: Mapping[str, JsonValue],
        *,
        previews: bool = False,
        on_event: Callable[[Event], None],
    ) -> "asyncio.Future[EndEvent]":
        """As WorkerProcess.run; events that were told before this one came are told again, from the sitting's first.

        The future is cancelled by `let_go`.
        """
        self._is_watched = previews
        self._task = asyncio.get_running_loop().create_task(self._work(Task(kind=kind, spec=dict(spec)), on_event))
        return self._task

    def pause(self) -> None:
        """A job of this kind has no pause: it is stopped, and goes on later."""

    def resume(self) -> None:
        """See pause."""

    def finish(self) -> None:
        self._ask(Wish.FINISH)

    def watch(self, *, previews: bool) -> None:
        self._is_watched = previews
        if self._sitting:
            self._folder.watch(is_watched=previews)

    async def cancel(self) -> None:
        """Asks it to stop; after the grace time ends the process tree. Returns when the job has ended."""
        task = self._task
        if task is None or task.done():
            return
        self._ask(Wish.STOP)
        await asyncio.wait({task}, timeout=self._grace_s)
        if not task.done():
            if not self._has_ended:  # else its parent, which does not read, keeps a process that has nothing to do
                await self._kill()
            await asyncio.wait({task}, timeout=2 * TERMINATE_S)

    def let_go(self) -> None:
        """Leaves it to itself."""
        if self._task is not None:
            self._task.cancel()

    async def close(self) -> None:
        """As `cancel`; call `let_go` before for one that is to go on."""
        await self.cancel()

    # -- how it is done

    async def _work(self, task: Task, on_event: Callable[[Event], None]) -> EndEvent:
        try:
            return await self._follow(task, on_event)
        except PyroblurError as exc:
            return failure_of(exc)
        except OSError as exc:
            message = f"What {self._folder.path.parent.name} tells cannot be read: {exc.strerror or exc}."
            return failure_of(JobError(message, hint="Check the disk that it lies on.", path=self._folder.path))
        finally:
            if self._process is not None:
                self._process.let_go()

    async def _follow(self, task: Task, on_event: Callable[[Event], None]) -> EndEvent:
        """From its beginning, or from wherever it is now, to its end."""
        with contextlib.ExitStack() as company:
            sitting = await self._come(task, company)
            if sitting is None:
                end = await self._never_came(task, on_event)
            else:
                self._sitting = sitting.name
                self._folder.watch(is_watched=self._is_watched)
                if self._wish is not None:
                    self._ask(self._wish)
                end = await self._listen(sitting, on_event)
        self._folder.remove_if_bare()
        return end

    async def _listen(self, sitting: Sitting, on_event: Callable[[Event], None]) -> EndEvent:
        reader = DiaryReader(self._folder.path, lasting_from=sitting.lasting_from)
        end: EndEvent | None = None
        is_there = True
        while end is None and is_there:
            is_there, entries = await asyncio.to_thread(lambda: (self._folder.is_held(), reader.read()))
            end = await self._hand_on(entries, on_event)
            if end is None and is_there:
                await asyncio.sleep(LOOK_S)
        if end is not None:
            self._has_ended = True
            await self._until_it_left(sitting.pid)
        else:  # once more for the lines between the two looks
            end = await self._hand_on(await asyncio.to_thread(reader.read), on_event) or await self._death()
        return end

    async def _come(self, task: Task, company: contextlib.ExitStack) -> Sitting | None:
        """To the worker that is there; else starts one. None: it was not to be started, or did not come to its job.

        company: is with the worker from before its first line on, for a short job is over before it is looked at again.
        """
        if await asyncio.to_thread(self._folder.is_held):
            company.enter_context(self._folder.keep_company())
            return await self._sitting_of_another()
        if not self._may_start or self._wish is Wish.STOP:
            return None
        name = secrets.token_hex(8)
        self._folder.put_task(task)
        company.enter_context(self._folder.keep_company())
        self._process = LoneProcess.start(
            [name, str(self._folder.path)],
            command=self._command,
            log_file=self._folder.log,
            lasting=self._folder.path / LASTING_FILE,
            environment=self._environment,
        )
        while True:
            sitting = self._folder.sitting()
            if sitting is not None and sitting.name == name:
                return sitting
            if self._process.poll() is not None:
                return None
            await asyncio.sleep(LOOK_S / 4)

    async def _sitting_of_another(self) -> Sitting | None:
        """It has the lock a moment before it says who it is."""
        end = time.monotonic() + self._grace_s
        while time.monotonic() < end and self._folder.is_held():
            sitting = self._folder.sitting()
            if sitting is not None and sitting.owner.is_alive():
                return sitting
            await asyncio.sleep(LOOK_S / 4)
        return None

    async def _never_came(self, task: Task, on_event: Callable[[Event], None]) -> EndEvent:
        """It ended before it had the folder, or so fast that it was never seen there."""
        if self._process is None or self._wish is Wish.STOP:
            return Cancelled()
        status = self._process.poll()
        if status == TAKEN:
            self._process, self._may_start = None, False
            return await self._follow(task, on_event)
        entries = await asyncio.to_thread(DiaryReader(self._folder.path, lasting_from=self._process.lasting_from).read)
        return await self._hand_on(entries, on_event) or await self._death()

    async def _hand_on(self, entries: list[Entry], on_event: Callable[[Event], None]) -> EndEvent | None:
        """How the job ended, if that is among them."""
        turn = time.monotonic()
        for entry in entries:
            if isinstance(entry.event, EndEvent):
                return entry.event
            try:
                on_event(entry.event)
            except Exception:  # a listener's mistake must not cost the job its end
                log.exception("a listener failed on %s", entry.event.type)
            if time.monotonic() - turn > TURN_S:
                await asyncio.sleep(0)
                turn = time.monotonic()
        return None

    async def _until_it_left(self, pid: int) -> None:
        """The lock is free a moment after the end was told, then the process ends; what is done next may need it."""
        process = self._process
        await comes_true(lambda: not self._folder.is_held(), self._grace_s)
        if process is not None:
            await comes_true(lambda: process.poll() is not None, self._grace_s)
        else:
            await comes_true(lambda: not is_there(pid), self._grace_s)

    async def _death(self) -> EndEvent:
        """It is gone without having told how it ended."""
        if self._was_killed or self._wish is Wish.STOP:
            return Cancelled()
        process = self._process
        if process is None:
            return broke_off(None, "")
        if await comes_true(lambda: process.poll() is not None, TERMINATE_S):
            process.end_orphans()
        return broke_off(process.poll(), process.last_errors())

    def _ask(self, wish: Wish) -> None:
        self._wish = wish
        if not self._sitting:
            return
        try:
            self._folder.ask(self._sitting, wish)
        except PyroblurError:  # a full disk: it is stopped the hard way, or asked again
            log.exception("a worker could not be asked to %s", wish)

    async def _kill(self) -> None:
        sitting = self._folder.sitting()
        pid = self._process.pid if self._process is not None else None
        if sitting is not None and sitting.owner.is_alive():
            pid = sitting.pid
        if pid is None:
            return
        self._was_killed = True
        tree = tree_of(pid)
        log.warning("worker %d does not stop: ending it and %d more", pid, max(0, len(tree) - 1))
        with contextlib.suppress(asyncio.CancelledError):
            await end_tree(tree)
