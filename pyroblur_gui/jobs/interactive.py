"""The interactive lane: a warm worker of its own that answers while a long job runs in another.

At most WINDOW requests are with the worker at a time. That keeps an urgent one from waiting behind two hundred
thumbnails and, as the worker keeps the newest RING pictures, no picture is lost before its receiver has read it.
"""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from pyroblur_gui.core.errors import JobError
from pyroblur_gui.jobs.events import Answer, EndEvent, Event, Failed, Preview
from pyroblur_gui.jobs.launch import Launched
from pyroblur_gui.jobs.process import GRACE_S, WorkerProcess
from pyroblur_gui.jobs.shared_images import RING
from pyroblur_gui.jobs.spec import Spec

WINDOW = RING // 2
TIMEOUT_S = 60.0
IDLE_S = 300.0

Reply = tuple[Preview | None, Answer]

log = logging.getLogger(__name__)


@dataclass(order=True)
class _Waiting:
    is_patient: bool
    number: int
    body: BaseModel = field(compare=False)
    reply: "asyncio.Future[Reply]" = field(compare=False)
    preview: Preview | None = field(default=None, compare=False)
    timer: asyncio.TimerHandle | None = field(default=None, compare=False)


class InteractiveLane:
    """Sends requests to a warm worker. The worker starts with the first request and ends when long unused."""

    def __init__(
        self,
        spec: Spec,
        *,
        command: Sequence[str] | None = None,
        grace_s: float = GRACE_S,
        timeout_s: float = TIMEOUT_S,
        idle_s: float = IDLE_S,
        on_event: Callable[[Event], None] | None = None,
        launched: Launched | None = None,
    ) -> None:
        """spec: the job that answers. on_event: told what the worker says beside answers, e.g. Started, Log.

        launched: the first worker, already on its way.
        """
        self._launched = launched
        self._spec = spec
        self._command = command
        self._grace_s = grace_s
        self._timeout_s = timeout_s
        self._idle_s = idle_s
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._line: list[_Waiting] = []
        self._sent: dict[int, _Waiting] = {}
        self._worker: WorkerProcess | None = None
        self._has_answered = False
        self._idle_timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def request(self, body: BaseModel, *, urgent: bool = False) -> Reply:
        """The picture(s), if any, and the answer. Read the picture at once: it is gone a few answers later.

        A worker that dies or hangs fails the requests that it had, as an Answer with an error; the next request gets
        a fresh worker. Cancelling the caller withdraws a request that was not yet sent. urgent: before those that
        are not.
        """
        if self._is_closed:
            message = "The preview is closed."
            raise JobError(message, hint="Start PyroBlur again.")
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._line, _Waiting(not urgent, next(self._numbers), body, reply))
        self._pump()
        return await reply

    def warm_up(self) -> None:
        """Starts the worker ahead of the first request."""
        if self._worker is None and not self._is_closed:
            self._launch()

    async def close(self) -> None:
        """Ends the worker; callers that still wait are cancelled."""
        self._is_closed = True
        self._stop_idle_timer()
        for waiting in (*self._line, *self._sent.values()):
            waiting.reply.cancel()
        self._line.clear()
        if self._worker is not None:
            await self._worker.close()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _pump(self) -> None:
        """Sends what there is room for."""
        while self._line and len(self._sent) < WINDOW and not self._is_closed:
            waiting = heapq.heappop(self._line)
            if waiting.reply.done():  # its caller lost interest
                continue
            if self._worker is None:
                self._launch()
            self._send(waiting)

    def _send(self, waiting: _Waiting) -> None:
        if self._worker is None:
            return
        self._stop_idle_timer()
        self._sent[waiting.number] = waiting
        waiting.timer = asyncio.get_running_loop().call_later(self._timeout_s, self._hangs, self._worker)
        self._worker.request(waiting.number, waiting.body.model_dump(mode="json"))

    def _launch(self) -> None:
        launched, self._launched = self._launched, None
        if launched is not None and launched.pipes.ended.is_set():
            launched = None
        worker = self._worker = WorkerProcess(self._command, grace_s=self._grace_s, launched=launched)
        self._has_answered = False
        end = worker.run(self._spec.kind, self._spec.model_dump(mode="json"), previews=True, on_event=self._heard)
        self._spawn(self._until_end(worker, end))

    async def _until_end(self, worker: WorkerProcess, end: "asyncio.Future[EndEvent]") -> None:
        ended = await end
        if self._worker is worker:  # else it was retired, and had nothing left to answer
            self._worker = None
            self._fail_what_was_sent(ended if isinstance(ended, Failed) else _WITHOUT_REASON)
            self._pump()
        await worker.close()

    def _fail_what_was_sent(self, failure: Failed) -> None:
        lost = list(self._sent.values())
        if not self._has_answered:  # a worker that never came to answer: the next one would not either
            lost += self._line
            self._line.clear()
        for waiting in lost:
            self._settle(waiting, Answer(request=waiting.number, error=failure))

    def _heard(self, event: Event) -> None:
        match event:
            case Preview() if event.request in self._sent:
                self._sent[event.request].preview = event
            case Answer() if event.request in self._sent:
                self._has_answered = True
                self._settle(self._sent[event.request], event)
                self._pump()
            case _ if self._on_event is not None:
                self._on_event(event)
            case _:
                log.debug("preview: %s", event.type)

    def _settle(self, waiting: _Waiting, answer: Answer) -> None:
        self._sent.pop(waiting.number, None)
        if waiting.timer is not None:
            waiting.timer.cancel()
        if not waiting.reply.done():
            waiting.reply.set_result((waiting.preview if answer.error is None else None, answer))
        if not self._sent and not self._is_closed:
            self._stop_idle_timer()
            self._idle_timer = asyncio.get_running_loop().call_later(self._idle_s, self._retire)

    def _hangs(self, worker: WorkerProcess) -> None:
        log.warning("the preview did not answer within %g s", self._timeout_s)
        if self._worker is worker:
            self._worker = None
            self._fail_what_was_sent(_TOO_SLOW)
            self._pump()
        self._spawn(worker.kill())

    def _retire(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            self._spawn(worker.close())

    def _stop_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_WITHOUT_REASON = Failed(code=JobError.code, message="The preview ended before it answered.", hint="Try again.")
_TOO_SLOW = Failed(
    code=JobError.code,
    message="The preview took too long and was ended.",
    hint="Try again; if it happens again with this file only, it may be damaged.",
)
