"""A process that has loaded what a training needs, and forks a worker whenever one is wanted.

Such a worker is as real as any other, and its pipes are those of the test; only the seconds of its imports are saved,
which are most of a small training. Tests of how a worker starts, and those of the command line, have their own.

What the parent starts is a forerunner, which hands its pipes over and waits. When it is killed, so is the worker.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

FORERUNNER = """
import json, os, socket, sys
place = socket.socket(socket.AF_UNIX)
place.connect(sys.argv[1])
cores = list(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
told = json.dumps({"environment": dict(os.environ), "arguments": sys.argv[2:], "cores": cores}).encode()
socket.send_fds(place, [len(told).to_bytes(8, "big")], [0, 1, 2])
place.sendall(told)
sys.exit(int(place.recv(1)[0]))
"""
LOOK_S = 0.01


def command(address: Path) -> list[str]:
    """What a WorkerProcess is told to start."""
    return [sys.executable, "-I", "-S", "-c", FORERUNNER, str(address)]


@contextlib.contextmanager
def nursery() -> Iterator[list[str] | None]:
    """The command of its workers; None, which stands for a worker as ever, where a process cannot be forked.

    No process of it is left.
    """
    if not hasattr(os, "fork"):
        yield None
        return
    here = Path(__file__).resolve()
    with tempfile.TemporaryDirectory(prefix="nursery-") as folder:
        environment = {
            **os.environ, "PYROBLUR_HOME": str(Path(folder) / "home"),
            "PYTHONPATH": os.pathsep.join([str(here.parent.parent), os.environ.get("PYTHONPATH", "")]),
        }  # fmt: skip
        address = Path(folder) / "address"
        pipe = subprocess.PIPE
        with subprocess.Popen(
            [sys.executable, str(here), str(address)], env=environment, stdin=pipe, stdout=pipe
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield command(address)
            process.stdin.close()


def main(address: str) -> None:
    from importlib import import_module

    from pyroblur_gui.models.offline import import_ultralytics

    for name in ("train", "preflight"):
        import_module(f"pyroblur_gui.operations.{name}")
    import_ultralytics()
    import_module("pyroblur_gui.training.trainer")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    workers: dict[socket.socket, int] = {}
    while True:
        readable, _, _ = select.select([sys.stdin, listener, *workers], [], [], LOOK_S)
        if sys.stdin in readable:
            break
        if listener in readable:
            place, pid = _fork(listener)
            workers[place] = pid
        for place in [each for each in readable if each in workers]:
            _kill(workers[place])  # its forerunner is gone
        for place, pid in list(workers.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                with contextlib.suppress(OSError):
                    place.send(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
                place.close()
                del workers[place]
    for pid in workers.values():
        _kill(pid)


def _fork(listener: socket.socket) -> tuple[socket.socket, int]:
    place, _ = listener.accept()
    size, pipes, _, _ = socket.recv_fds(place, 8, 3)
    told, length = b"", int.from_bytes(size, "big")
    while len(told) < length:
        told += place.recv(length - len(told))
    pid = os.fork()
    if not pid:
        listener.close()
        place.close()
        _work(json.loads(told), pipes)
    with contextlib.suppress(OSError):  # either may be first
        os.setpgid(pid, pid)
    for pipe in pipes:
        os.close(pipe)
    return place, pid


def _work(told: dict, pipes: list[int]) -> None:
    from pyroblur_gui.worker import main as work

    with contextlib.suppress(OSError):
        os.setpgid(0, 0)  # what it starts ends with it
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    if told["cores"]:
        os.sched_setaffinity(0, told["cores"])
    os.environ.update(told["environment"])  # what keeps Ultralytics from the network stays
    os._exit(work(told["arguments"]))


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
