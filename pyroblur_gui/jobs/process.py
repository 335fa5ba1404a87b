"""The parent's side of a worker: starts the child, talks to it, and ends it with all that it started.

It works on any asyncio loop: asyncio.run in the command line, qasync in the window; nothing here blocks it and no
thread is needed.
"""

import asyncio
import json
import logging
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from pyroblur_gui.core.errors import JobError
from pyroblur_gui.core.translation import language
from pyroblur_gui.jobs.events import Cancelled, EndEvent, Event, Failed, Preview, from_line
from pyroblur_gui.jobs.failure import INTERNAL, MEMORY, failure_of
from pyroblur_gui.jobs.launch import (
    Launched,
    apart_from_this_process,
    child_environment,
    new_prefix,
    spawn,
    worker_command,
)
from pyroblur_gui.jobs.pipes import Pipes
from pyroblur_gui.jobs.shared_images import remove_leftovers, serial_of

GRACE_S = 5.0  # how long a job may take to stop when it is asked to
_SHOWN_LINES = 40
_SHOWN_CHARACTERS = 16 << 10

log = logging.getLogger(__name__)


class _Run:
    """The job in hand."""

    def __init__(self, end: asyncio.Future[EndEvent], on_event: Callable[[Event], None]) -> None:
        self.end = end
        self.on_event = on_event
        self.is_cancelled = False


class WorkerProcess:
    """One child that takes one job after another.

    A child is worth keeping only as long as `is_reusable` says so: a job that was cancelled or that failed in an
    unforeseen way may leave anything behind, so its child is closed and the next job gets a fresh one.
    Whoever makes one closes it.
    """

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        grace_s: float = GRACE_S,
        environment: Mapping[str, str | None] | None = None,
        is_apart: bool = True,
        launched: Launched | None = None,
    ) -> None:
        """command: what to start instead of PyroBlur's worker; it is given the prefix of shared pictures.

        environment: variables on top of this process's own; None removes one. is_apart: False for a worker's own
        helper, which belongs to the worker's group and ends with it. launched: takes this child over instead.
        """
        self._is_apart = is_apart
        self._environment = dict(environment or {})
        self._command = list(command) if command is not None else worker_command()
        self._grace_s = grace_s
        self._prefix = launched.prefix if launched is not None else new_prefix()
        self._newest_picture = -1
        self._starting: asyncio.Task[None] | None = None
        self._unsent: list[bytes] = []  # what is said before the child is there
        self._has_started = launched is not None
        self._run: _Run | None = None
        self._has_run = False
        self._is_spoiled = False
        self._pipes = launched.pipes if launched is not None else Pipes()
        self._pipes.attach(on_line=self._heard, on_end=self._died)

    @property
    def pid(self) -> int | None:
        return self._pipes.transport.get_pid() if self._pipes.transport is not None else None

    @property
    def is_alive(self) -> bool:
        return self._has_started and not self._pipes.ended.is_set()

    @property
    def is_reusable(self) -> bool:
        """True when it is idle and nothing is known against giving it another job."""
        return self._run is None and self.is_alive and not self._is_spoiled

    async def start(self) -> None:
        """Starts the child ahead of its first job. Raises JobError when it cannot be started."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    def run(
        self,
        kind: str,
        spec: Mapping[str, JsonValue],
        *,
        previews: bool = False,
        on_event: Callable[[Event], None],
    ) -> "asyncio.Future[EndEvent]":
        """Gives the child a job, starting it if need be; the future holds how the job ended and never raises.

        spec: as spec.model_dump(mode="json") makes it. Events other than the last go to `on_event`, on this loop.
        """
        if self._run is not None:
            message = "This worker is busy."
            raise RuntimeError(message)
        if self._pipes.ended.is_set():
            message = "This worker has ended."
            raise RuntimeError(message)
        run = self._run = _Run(asyncio.get_running_loop().create_future(), on_event)
        if self._has_run:  # of the first job's, those of the start are part
            self._pipes.forget_errors()
        self._has_run = True
        self._send({"command": "run", "kind": kind, "spec": dict(spec), "previews": previews, "language": language()})
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        self._starting.add_done_callback(self._started)
        return run.end

    def pause(self) -> None:
        self._send({"command": "pause"})

    def resume(self) -> None:
        self._send({"command": "resume"})

    def finish(self) -> None:
        """Asks the job in hand to end early with a result; a job that knows no such end goes on."""
        self._send({"command": "finish"})

    def watch(self, *, previews: bool) -> None:
        """Whether somebody looks at previews of the job in hand."""
        self._send({"command": "watch", "previews": previews})

    def request(self, number: int, body: Mapping[str, JsonValue]) -> None:
        """Interactive lane only: hands a request to the job in hand."""
        self._send({"command": "request", "id": number, "body": dict(body)})

    async def cancel(self) -> None:
        """Asks the job to stop; after the grace time ends the process tree. Returns when the job has ended."""
        run = self._run
        if run is None:
            return
        run.is_cancelled = self._is_spoiled = True
        self._send({"command": "cancel"})
        await asyncio.wait({run.end}, timeout=self._grace_s)
        if not run.end.done():
            await self.kill()

    async def close(self) -> None:
        """Ends the child: at once when it is idle, else as `cancel` does. No process of it is left afterwards."""
        self._is_spoiled = True
        if self._starting is not None:
            await asyncio.wait({self._starting})
        await self.cancel()
        transport = self._pipes.transport
        if transport is None:
            return
        stdin = transport.get_pipe_transport(0)
        if stdin is not None:
            stdin.close()
        if not await self._pipes.ended_within(self._grace_s) and self.is_alive and self.pid is not None:
            log.info("worker %d has nothing to do and takes its time to end: ending it", self.pid)  # a busy machine
            await self._end_tree(self.pid)

    async def kill(self) -> None:
        """Terminates, then kills the child and all that it started."""
        self._is_spoiled = True
        if not self.is_alive or self.pid is None:
            return
        log.warning("worker %d does not stop", self.pid)
        await self._end_tree(self.pid)

    async def _end_tree(self, pid: int) -> None:
        from pyroblur_gui.jobs.process_tree import TERMINATE_S, kill, terminate, tree_of

        tree = tree_of(pid)
        log.info("ending worker %d and %d more", pid, len(tree) - 1)
        terminate(tree)
        await self._pipes.ended_within(TERMINATE_S)
        kill(tree)
        if not await self._pipes.ended_within(TERMINATE_S):
            log.error("worker %d cannot be ended: the system holds it", self.pid)
            self._pipes.abandon()

    async def _start(self) -> None:
        if self._has_started:  # by another
            return
        try:
            await spawn(self._pipes, [*self._command, self._prefix], self._environment, is_apart=self._is_apart)
        except OSError as exc:
            self._is_spoiled = True
            raise _not_started(exc) from exc
        self._has_started = True
        for line in self._unsent:
            self._write(line)
        self._unsent.clear()

    def _started(self, starting: asyncio.Task[None]) -> None:
        """A job must end even though its child never came to be."""
        if starting.cancelled():
            self._end(Cancelled())
        elif (exc := starting.exception()) is not None:
            self._end(failure_of(exc))

    def _send(self, command: Mapping[str, Any]) -> None:
        line = json.dumps(command).encode() + b"\n"
        if self._has_started:
            self._write(line)
        else:
            self._unsent.append(line)

    def _write(self, line: bytes) -> None:
        transport = self._pipes.transport
        stdin = transport.get_pipe_transport(0) if transport is not None else None
        if isinstance(stdin, asyncio.WriteTransport) and not stdin.is_closing():
            stdin.write(line)

    def _heard(self, line: bytes) -> None:
        """One line of the child; a line that is no event is told to the log and otherwise ignored."""
        try:
            event = from_line(line)
        except ValueError:
            log.warning("worker %s: no event: %.200r", self.pid, line)
            return
        if isinstance(event, Preview):
            self._newest_picture = max(self._newest_picture, serial_of(event.image, self._prefix))
        if isinstance(event, EndEvent):
            self._end(event)
        elif self._run is not None:
            _tell(self._run, event)

    def _end(self, end: EndEvent) -> None:
        run, self._run = self._run, None
        if isinstance(end, Cancelled) or (isinstance(end, Failed) and end.code in {INTERNAL, MEMORY}):
            self._is_spoiled = True
        if run is not None and not run.end.done():
            run.end.set_result(end)

    def _died(self) -> None:
        """Called once, when the child is gone and its last line was heard."""
        self._is_spoiled = True
        transport = self._pipes.transport
        status = transport.get_returncode() if transport is not None else None
        if transport is not None and self._is_apart:
            from pyroblur_gui.jobs.process_tree import end_orphans

            end_orphans(transport.get_pid(), status)
        remove_leftovers(self._prefix, self._newest_picture)
        if self._run is not None:
            self._end(Cancelled() if self._run.is_cancelled else broke_off(status, self._pipes.last_errors()))


class LoneProcess:
    """A worker that is started and left to itself: no pipe leads to it, and it outlives this process."""

    def __init__(self, process: Any, log_file: Path, lasting_from: int) -> None:  # noqa: ANN401 - a Popen, see start
        self._process = process
        self._log = log_file
        self.lasting_from = lasting_from

    @classmethod
    def start(
        cls,
        arguments: Sequence[str],
        *,
        command: Sequence[str] | None,
        log_file: Path,
        lasting: Path,
        environment: Mapping[str, str | None] | None,
    ) -> "LoneProcess":
        """log_file: takes what it prints. lasting: the file of what it tells for good. Raises JobError."""
        import subprocess  # noqa: TID251 - this module is one of those that may

        whole = [*(command if command is not None else worker_command()), *arguments]
        before = lasting.stat().st_size if lasting.exists() else 0
        try:
            with log_file.open("wb") as printed:
                process = subprocess.Popen(  # noqa: S603 - PyroBlur itself
                    whole,
                    env=child_environment(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=printed,
                    **apart_from_this_process(),
                )
        except OSError as exc:
            raise _not_started(exc) from exc
        return cls(process, log_file, before)

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def poll(self) -> int | None:
        """Its exit status; None while it runs. Looking is what lets the system forget it."""
        status = self._process.poll()
        return int(status) if status is not None else None

    def end_orphans(self) -> None:
        """What it left running, once it is dead."""
        from pyroblur_gui.jobs.process_tree import end_orphans

        end_orphans(self.pid, self.poll())

    def let_go(self) -> None:
        """Nothing is said of it any more when it goes on."""
        if self.poll() is None:
            _let_go.append(self._process)

    def last_errors(self) -> str:
        try:
            return self._log.read_text(encoding="utf-8", errors="replace")[-_SHOWN_CHARACTERS:]
        except OSError:
            return ""


_let_go: list[Any] = []  # Python warns of a process that runs when the last word of it goes


def broke_off(status: int | None, errors: str) -> Failed:
    """A worker that died without saying how its job ended. errors: what it printed last."""
    reason, hint = _explain(status)
    return Failed(
        code=JobError.code,
        message=f"The work broke off: its process {reason}.",
        hint=hint,
        detail="\n".join(errors.splitlines()[-_SHOWN_LINES:]),
    )


def _not_started(exc: OSError) -> JobError:
    message = f"The worker process could not be started: {exc.strerror or exc}."
    return JobError(message, hint="Close other programs and try again; if that does not help, install PyroBlur again.")


def _tell(run: _Run, event: Event) -> None:
    try:
        run.on_event(event)
    except Exception:  # a listener's mistake must not cost the job its end
        log.exception("a listener failed on %s", event.type)


def _explain(status: int | None) -> tuple[str, str]:
    """What an exit status means, and what to do about it. None: not known."""
    again = "Try again: finished parts are kept. If it happens again, report it with the output of `pyroblur doctor`."
    if status is None:
        return "is gone", again
    if status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
        if name in {"SIGKILL", "SIGTERM"}:
            return f"was ended from outside ({name})", f"The system may have run out of memory. {again}"
        return f"crashed ({name})", f"A codec, a driver or a damaged file may be the cause. {again}"
    if status > 0xFF:  # Windows: an exception's number
        return f"crashed (0x{status:08X})", f"A codec, a driver or a damaged file may be the cause. {again}"
    return f"stopped with exit status {status}", again
