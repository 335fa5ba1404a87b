"""A real worker with small operations: started by the tests as `python worker_script.py GRACE_S PREFIX`."""

import ctypes
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import JsonValue

from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.jobs.child import serve, serve_alone
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Answer, Artifact, Box, EndEvent, Failed, Log, Metric, Progress, Started
from pyroblur_gui.jobs.spec import Spec

Result = dict[str, JsonValue]
WIDTH, HEIGHT = 4, 2


class Play(Spec):
    """The spec of every operation here."""

    kind: ClassVar[str] = "play"
    text: str = ""
    count: int = 0
    path: Path = Path()
    folder: Path | None = None


@dataclass(frozen=True)
class Entry:
    handler: Callable[[Any, Context], Result]
    spec: type[Spec] = Play

    def load(self) -> Callable[[Any, Context], Result]:
        return self.handler

    def folder_of(self, spec: Play) -> Path | None:
        return spec.folder


def echo(spec: Play, context: Context) -> Result:
    context.emit(Started(kind="echo", detail={"text": spec.text}))
    context.emit(Artifact(path=spec.path, kind="output"))
    return {"text": spec.text, "pid": os.getpid(), "path": str(spec.path)}


def noise(spec: Play, context: Context) -> Result:
    """Prints to descriptor 1 in every way that a library has."""
    sys.stdout.write("python prints\n")
    sys.stdout.flush()
    os.write(1, b'{"type": "finished"}\n')
    libc = ctypes.CDLL(None)
    libc.puts(b"C prints")
    libc.fflush(None)
    subprocess.run([sys.executable, "-c", "print('a grandchild prints'); input()"], check=False)
    context.emit(Log(level="info", text="heard"))
    return {"read": sys.stdin.read()}


def variable(spec: Play, _context: Context) -> Result:
    """The environment variable that `text` names."""
    return {"value": os.environ.get(spec.text)}


def learn(spec: Play, context: Context) -> Result:
    """Counts until it is asked to finish; the result says how far it came."""
    for done in range(spec.count):
        context.check_cancelled()
        context.emit(Progress(stage="learn", done=done + 1, total=spec.count))
        if context.should_finish():
            return {"done": done + 1}
        time.sleep(0.02)
    return {"done": spec.count}


def count(spec: Play, context: Context) -> Result:
    for done in range(spec.count):
        context.check_cancelled()
        context.emit(Progress(stage="count", done=done + 1, total=spec.count))
        time.sleep(0.02)
    return {"count": spec.count}


def load(spec: Play, context: Context) -> Result:
    """Hears nothing while it loads, as an import does."""
    with context.loading():
        context.emit(Started(kind="load"))
        time.sleep(600)
    return {}


def hurry(spec: Play, context: Context) -> Result:
    for done in range(spec.count):
        context.emit(Progress(stage="hurry", done=done + 1, total=spec.count))
    return {}


def tell(spec: Play, context: Context) -> Result:
    """Tells more than a pipe holds; `path` is made once all is told."""
    context.emit(Started(kind="tell"))
    for step in range(spec.count):
        context.check_cancelled()
        context.emit(Metric(step=step, name="batch/box_loss", value=step))
        context.emit(Metric(step=step, name="mAP50", value=step))
    spec.path.touch()
    return {"told": spec.count}


def long_line(spec: Play, context: Context) -> Result:
    context.emit(Log(level="info", text="x" * spec.count))
    return {}


def stubborn(spec: Play, context: Context) -> Result:
    """Does not ask whether it was cancelled, does not heed SIGTERM, and has a child of the same kind."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _start_grandchild(context, "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); ")
    while True:
        time.sleep(0.1)


def family(spec: Play, context: Context) -> Result:
    """Stops when asked to, but leaves a grandchild behind; crashes on request."""
    _start_grandchild(context)
    if spec.text == "crash":
        os.abort()
    while True:
        context.check_cancelled()
        time.sleep(0.02)


def crash(spec: Play, context: Context) -> Result:
    sys.stderr.write("the last words\n")
    sys.stderr.flush()
    os.kill(os.getpid(), getattr(signal, spec.text))
    return {}


def fail(spec: Play, context: Context) -> Result:
    match spec.text:
        case "output":
            raise OutputError("No place.", hint="Take another.")
        case "memory":
            raise MemoryError
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        case "exit":
            sys.exit(3)
        case "emits its end":
            context.emit(Failed(code="x", message="y"))
        case "returns no JSON":
            return {"value": object()}  # type: ignore[dict-item]
    message = "nobody expected this"
    raise LookupError(message)


def show(spec: Play, context: Context) -> Result:
    """Shows pictures as fast as it may; picture n is filled with n."""
    shown = 0
    while shown < spec.count:
        context.check_cancelled()
        if context.wants_preview():
            context.show(_picture(shown), width=WIDTH, height=HEIGHT, frame=shown, time_s=shown / 25, boxes=(BOX,))
            shown += 1
        time.sleep(0.005)
    if spec.text:
        os.kill(os.getpid(), getattr(signal, spec.text))
    return {"shown": shown}


def answer(spec: Play, context: Context) -> Result:
    """The interactive lane."""
    context.emit(Started(kind="answer"))
    answered = 0
    while (request := context.next_request()) is not None:
        number, body = request
        match body["verb"]:
            case "picture":
                value = int(str(body["value"]))
                context.answer(
                    number, rgb=_picture(value), covered=_picture(value + 1), width=WIDTH, height=HEIGHT,
                    frame=value, time_s=0.0, boxes=(),
                )  # fmt: skip
                answered += 1
                context.emit(Answer(request=number, result={"pid": os.getpid(), "answered": answered}))
            case "plain":
                context.emit(Answer(request=number))
            case "refuse":
                context.emit(Answer(request=number, error=Failed(code="unreadable_media", message="No picture.")))
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                time.sleep(600)
    return {"answered": answered}


def linger(spec: Play, context: Context) -> Result:
    """Leaves a thread that keeps the interpreter from ending."""
    threading.Thread(target=time.sleep, args=(600,)).start()
    return {}


def announce(kind: str, spec: dict[str, JsonValue], end: EndEvent) -> None:
    Path(str(spec["folder"])).parent.with_name("announced").write_text(f"{kind} {end.type}")


BOX = Box(label="face", score=0.5, left=0.0, top=0.0, right=0.5, bottom=0.5)


def _picture(value: int) -> bytes:
    return bytes([value]) * (WIDTH * HEIGHT * 3)


def _start_grandchild(context: Context, program: str = "") -> None:
    program += "print('up', flush=True); import time; time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()  # it heeds no signal from here on
    context.emit(Log(level="info", text=str(process.pid)))


OPERATIONS = {
    function.__name__: Entry(function)
    for function in (
        echo, noise, variable, learn, count, load, hurry, tell, long_line, stubborn, family, crash, fail, show, answer,
        linger,
    )
}  # fmt: skip

if __name__ == "__main__":
    if len(sys.argv) == 4:
        sys.exit(serve_alone(OPERATIONS, Path(sys.argv[3]), sitting=sys.argv[2], announce=announce))
    sys.exit(serve(OPERATIONS, grace_s=float(sys.argv[1]), blocks=sys.argv[2]))
