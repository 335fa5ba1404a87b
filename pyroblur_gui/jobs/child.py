"""The child's side of a job: takes commands on stdin, runs operations, tells events on its own copy of stdout.

The child is warm: it runs one job after another until its input ends. End of input means that the parent closed it or
died: the job in hand is stopped through its context, and what does not stop in time is ended with all that it started.

A child that works alone (`serve_alone`) has no parent to listen to: it does the one job that lies in a job's folder,
which whoever likes reads and asks things of (jobs/job_folder.py).
"""

import contextlib
import faulthandler
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, Protocol

from pydantic import JsonValue, ValidationError
from typing_extensions import Buffer

from pyroblur_gui.core.errors import JobCancelledError, JobError, JobRunningError, PyroblurError, SettingsError
from pyroblur_gui.core.interpreter import loading_modules
from pyroblur_gui.core.paths import translations
from pyroblur_gui.core.translation import SOURCE, use_language
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.event_pipe import EventPipe
from pyroblur_gui.jobs.events import (
    Box,
    Cancelled,
    EndEvent,
    Event,
    Failed,
    Finished,
    Preview,
    Progress,
)
from pyroblur_gui.jobs.failure import failure_of, failure_of_spec
from pyroblur_gui.jobs.launch import new_prefix
from pyroblur_gui.jobs.shared_images import SharedImages, remove_abandoned
from pyroblur_gui.jobs.spec import Spec

if TYPE_CHECKING:
    from pyroblur_gui.jobs.job_folder import Desk, JobFolder

GRACE_S = 5.0
TAKEN = 3  # exit status
LOOK_S = 0.1  # between two looks at what is asked of a job that cannot look itself
PREVIEW_INTERVAL_S = 0.25
PROGRESS_INTERVAL_S = 0.05

log = logging.getLogger(__name__)


class Operation(Protocol):
    """What the child needs of an entry of operations/catalogue.py."""

    @property
    def spec(self) -> type[Spec]: ...

    def load(self) -> Callable[[Any, Context], dict[str, JsonValue]]: ...

    def folder_of(self, spec: Any) -> Path | None:  # noqa: ANN401 - a spec of its own class
        """The job's folder, where it is one that others may come to."""
        ...

    def prepare(self) -> None:
        """What can be made ready before the job's spec is known."""
        ...


def serve(operations: Mapping[str, Operation], *, blocks: str, ahead: str = "", grace_s: float = GRACE_S) -> int:
    """Runs jobs until stdin ends; returns the exit status. `blocks` is the prefix of shared pictures' names.

    ahead: kind of the job that is going to be the first. grace_s: how long a job may take to stop once the parent is
    gone.
    """
    faulthandler.enable()  # a crash in a codec leaves its stack on stderr, which the parent keeps the end of
    commands, events = _take_stdin(), EventPipe(_take_stdout())
    images = SharedImages(blocks)
    remove_abandoned()
    signal.signal(signal.SIGTERM, partial(_end_in_order, images))
    jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands, jobs, grace_s), name="commands", daemon=True).start()
    try:
        if ahead:
            _prepare(operations[ahead])
        while (job := jobs.get()) is not None:
            events.write(_run(operations, job, ChildContext(job, events, images), blocks))
    finally:
        images.close()
    events.flush(grace_s)
    return 0


def _prepare(operation: Operation) -> None:
    """What goes wrong here goes wrong in the job, too, which tells it."""
    try:
        operation.prepare()
    except Exception:
        log.info("not everything could be made ready ahead", exc_info=True)


def serve_alone(
    operations: Mapping[str, Operation],
    folder: Path,
    *,
    sitting: str,
    announce: Callable[[str, dict[str, JsonValue], EndEvent], None] = lambda _kind, _spec, _end: None,
) -> int:
    """Does the job whose task lies in the folder; returns the exit status, TAKEN where another worker is at it.

    sitting: the name by which whoever started this tells it from another's worker. announce: told the job and how it
    ended where nobody else heard that.
    """
    from pyroblur_gui.jobs.job_folder import JobFolder  # noqa: PLC0415 - psutil

    faulthandler.enable()
    images = SharedImages(new_prefix())  # named by this process: it stays when the one that started it goes
    remove_abandoned()
    place = JobFolder(folder)
    task = place.task()
    job = _Job(task.kind, task.spec, is_watched=False)
    signal.signal(signal.SIGTERM, lambda *_: job.cancel())  # a logout: what was learnt is kept in order
    try:
        end = _run(operations, job, ChildContext(job, None, images), sitting)
    finally:
        images.close()
    if not place.has_company():
        announce(task.kind, task.spec, end)
    return TAKEN if isinstance(end, Failed) and end.code == JobRunningError.code else 0


class _Job:
    """One run, as the thread that listens and the operation share it."""

    def __init__(self, kind: str, spec: dict[str, JsonValue], *, is_watched: bool) -> None:
        self.kind = kind
        self.spec = spec
        self.is_watched = is_watched
        self.is_cancelled = False
        self.should_finish = False
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.requests: queue.SimpleQueue[tuple[int, dict[str, JsonValue]] | None] = queue.SimpleQueue()

    def cancel(self) -> None:
        self.is_cancelled = True
        self.may_go_on.set()
        self.requests.put(None)


class ChildContext(Context):
    """The context of an operation that runs in a child. Every method may be called from any thread."""

    def __init__(self, job: _Job, pipe: EventPipe | None, images: SharedImages) -> None:
        """pipe: None where no parent listens."""
        self._job = job
        self._pipe = pipe
        self.desk: Desk | None = None
        self._images = images
        self._shown_at = float("-inf")
        self._told_at: dict[str, float] = {}

    @property
    def has_parent(self) -> bool:
        return self._pipe is not None

    def emit(self, event: Event) -> None:
        """Progress goes on at most 20 times a second a stage, and always when it is complete."""
        if isinstance(event, EndEvent):
            message = f"An operation returns or raises; it does not emit {event.type!r}."
            raise TypeError(message)
        if isinstance(event, Progress) and not self._is_due(event):
            return
        if self.desk is not None:
            self.desk.tell(event)
        if self._pipe is not None:
            self._pipe.write(event)

    def check_cancelled(self) -> None:
        self._look_for_wishes()
        self._job.may_go_on.wait()
        if self._job.is_cancelled:
            raise JobCancelledError

    @contextlib.contextmanager
    def loading(self) -> Iterator[None]:
        self.check_cancelled()
        is_over = threading.Event()
        watcher = threading.Thread(target=self._end_if_cancelled, args=(is_over,), name="loading", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            is_over.set()
            watcher.join()
        self.check_cancelled()

    def should_finish(self) -> bool:
        self._look_for_wishes()
        return self._job.should_finish

    def wants_preview(self) -> bool:
        if time.monotonic() - self._shown_at < PREVIEW_INTERVAL_S:
            return False
        return self._job.is_watched or (self.desk is not None and self.desk.is_watched())

    def show(self, rgb: Buffer, *, width: int, height: int, frame: int, time_s: float, boxes: tuple[Box, ...]) -> None:
        """A preview is a courtesy: where shared memory is used up, the job goes on without."""
        self._shown_at = time.monotonic()
        try:
            (image,) = self._images.put(rgb, width=width, height=height)
        except OSError as exc:
            log.warning("no preview of frame %d: %s", frame, exc)
            return
        self.emit(Preview(image=image, frame=frame, time_s=time_s, boxes=boxes))

    def next_request(self) -> tuple[int, dict[str, JsonValue]] | None:
        return self._job.requests.get() if not self._job.is_cancelled else None

    def answer(
        self,
        request: int,
        *,
        rgb: Buffer,
        covered: Buffer | None,
        width: int,
        height: int,
        frame: int,
        time_s: float,
        boxes: tuple[Box, ...],
    ) -> None:
        """Raises JobError where shared memory is used up."""
        pictures = (rgb,) if covered is None else (rgb, covered)
        try:
            images = self._images.put(*pictures, width=width, height=height)
        except OSError as exc:
            message = "There is no shared memory left to show the picture."
            hint = "Close other programs; in a container, give it more shared memory (--shm-size)."
            raise JobError(message, hint=hint) from exc
        shown = images[1] if len(images) > 1 else None
        self.emit(
            Preview(image=images[0], covered=shown, request=request, frame=frame, time_s=time_s, boxes=boxes),
        )

    def _end_if_cancelled(self, is_over: threading.Event) -> None:
        """The thread that looks while the job cannot: an import can only be broken off with its process."""
        while not is_over.wait(LOOK_S):
            self._look_for_wishes()
            if self._job.is_cancelled:
                end = Cancelled()
                if self.desk is not None:
                    self.desk.leave(end)
                if self._pipe is not None:
                    self._pipe.write(end)
                    self._pipe.flush(LOOK_S)
                self._images.close()
                _end_tree(0)

    def _look_for_wishes(self) -> None:
        """What was asked of the job in its folder, by whoever is not its parent."""
        wish = self.desk.wish() if self.desk is not None else None
        if wish == "stop":
            self._job.cancel()
        elif wish == "finish":
            self._job.should_finish = True

    def _is_due(self, progress: Progress) -> bool:
        now = time.monotonic()
        is_complete = progress.total is not None and progress.done >= progress.total
        if not is_complete and now - self._told_at.get(progress.stage, float("-inf")) < PROGRESS_INTERVAL_S:
            return False
        self._told_at[progress.stage] = now
        return True


def _run(operations: Mapping[str, Operation], job: _Job, context: ChildContext, sitting: str) -> EndEvent:
    operation = operations.get(job.kind)
    if operation is None:
        return Failed(
            code=SettingsError.code,
            message=f"This version of PyroBlur knows no job of the kind {job.kind!r}.",
            hint="The job was made by another version: remove it and add the file again.",
        )
    try:
        spec = operation.spec.model_validate(job.spec)
    except ValidationError as exc:
        return failure_of_spec(job.kind, exc)
    folder = operation.folder_of(spec)
    if folder is None:
        return _do(operation, spec, job, context)
    from pyroblur_gui.jobs.job_folder import JobFolder  # noqa: PLC0415 - psutil

    place = JobFolder(folder)
    end = _do_in_folder(operation, spec, job, context, place=place, sitting=sitting)
    if context.has_parent:
        place.remove_if_bare()  # a worker without a parent leaves that to whoever reads how it ended
    return end


def _do_in_folder(
    operation: Operation, spec: Spec, job: _Job, context: ChildContext, *, place: "JobFolder", sitting: str
) -> EndEvent:
    """With the lock held and all that is told written down, the end as well."""
    try:
        with place.hold(sitting) as desk:
            context.desk = desk
            try:
                end = _do(operation, spec, job, context)
                desk.tell(end)
            finally:
                context.desk = None
    except PyroblurError as exc:
        return failure_of(exc)
    return end


def _do(operation: Operation, spec: Spec, job: _Job, context: ChildContext) -> EndEvent:
    try:
        context.check_cancelled()
        with loading_modules():
            handler = operation.load()
        return Finished(result=handler(spec, context))
    except (JobCancelledError, KeyboardInterrupt):
        return Cancelled()
    except (Exception, SystemExit) as exc:  # the child's entry catches everything: it has to tell it
        if isinstance(exc, PyroblurError):
            log.warning("job %s failed: %s", job.kind, exc.code)  # its message, and FFmpeg's below it, name folders
        else:
            log.exception("job %s failed", job.kind)
        return Cancelled() if job.is_cancelled else failure_of(exc)


def _listen(commands: BinaryIO, jobs: "queue.SimpleQueue[_Job | None]", grace_s: float) -> None:
    """The thread that reads commands: it answers at once, whatever the operation is busy with."""
    job: _Job | None = None
    for line in commands:
        try:
            job = _obey(json.loads(line), job, jobs)
        except (ValueError, KeyError, TypeError):
            log.exception("a command that cannot be understood was ignored")
    jobs.put(None)
    if job is not None:
        job.cancel()
    threading.Event().wait(grace_s)
    _end_tree()  # still here: something does not stop, and nobody is left to end it


def _obey(command: dict[str, Any], job: _Job | None, jobs: "queue.SimpleQueue[_Job | None]") -> _Job | None:
    """Does what a command says; returns the job that later commands are about."""
    match command["command"]:
        case "run":
            use_language(str(command.get("language", SOURCE)), translations())  # of what it writes: a report
            job = _Job(command["kind"], command["spec"], is_watched=bool(command.get("previews", False)))
            jobs.put(job)
        case "cancel" if job is not None:
            job.cancel()
        case "finish" if job is not None:
            job.should_finish = True
        case "pause" if job is not None and not job.is_cancelled:
            job.may_go_on.clear()
        case "resume" if job is not None:
            job.may_go_on.set()
        case "watch" if job is not None:
            job.is_watched = bool(command["previews"])
        case "request" if job is not None:
            job.requests.put((int(command["id"]), command["body"]))
        case unknown:
            log.warning("the command %r was ignored", unknown)
    return job


def _take_stdin() -> BinaryIO:
    """The commands, away from descriptor 0: a library that reads stdin would steal them.

    On Windows, a library that merely looks at a pipe that another thread is reading from hangs until a line comes.
    """
    commands = os.fdopen(os.dup(0), "rb")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - os.devnull is no path on Windows
        os.dup2(nothing.fileno(), 0)
    return commands


def _take_stdout() -> BinaryIO:
    """The event stream, away from descriptor 1: what a library prints there goes to stderr and breaks no line."""
    lines = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if sys.stdout is None:  # a windowed program on Windows starts without
        sys.stdout = sys.stderr
    return lines


def _end_in_order(images: SharedImages, number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler
    """At a logout, SIGTERM comes to the window and its workers alike: nobody else is left to remove the pictures."""
    images.close()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _end_tree(status: int = 1) -> NoReturn:
    """Ends this process and all that it started, at once."""
    import psutil  # noqa: PLC0415 - 20 ms that only a job which does not stop has to pay

    for process in psutil.Process().children(recursive=True):
        try:
            process.kill()
        except psutil.Error:
            continue
    os._exit(status)
