"""The folder of a job that may outlive whoever started it: a training, whose run's folder it lies in.

Its worker holds a lock there for its life, so that two never work on one run and "it is being worked on" is a fact; it
writes down what it tells (jobs/diary.py), and does what it is asked in the file `wish`. So any window and any command
line may come, read what was, hear what comes, and stop it; none of them has to be there.
"""

import contextlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from pyroblur_gui.core.errors import JobRunningError
from pyroblur_gui.core.files import PartFile, as_output_error
from pyroblur_gui.jobs.diary import DiaryWriter
from pyroblur_gui.jobs.events import Event
from pyroblur_gui.jobs.owner import Owner

NAME = "job"  # of the folder, within that of the run
PATIENCE_S = 5.0  # somebody who merely looks whether the lock is held has it for a moment


class Wish(StrEnum):
    STOP = "stop"
    FINISH = "finish"


class Task(BaseModel):
    """What a worker without a parent is to do."""

    model_config = ConfigDict(frozen=True)

    kind: str
    spec: dict[str, JsonValue]


class Sitting(BaseModel):
    """A worker at its job. lasting_from: bytes of events.jsonl before its first line.

    Its file is removed when the job has ended, well or not: one whose worker is gone broke off.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    started: float
    lasting_from: int

    @property
    def owner(self) -> Owner:
        return Owner(self.pid, self.started)


class JobFolder:
    """Nothing is made before a worker holds it or a task is put there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def within(cls, folder: Path) -> "JobFolder":
        """Of the run in this folder."""
        return cls(folder / NAME)

    @property
    def log(self) -> Path:
        """What the libraries of a worker without a parent print."""
        return self.path / "worker.log"

    @property
    def _lock(self) -> Path:
        return self.path / "lock"

    # -- who is there

    def is_held(self) -> bool:
        """Whether a worker is at it now."""
        try:
            return _is_locked(self._lock)
        except OSError:  # a folder that can only be read
            sitting = self.sitting()
            return sitting is not None and sitting.owner.is_alive()

    def sitting(self) -> Sitting | None:
        """The worker that is there, or that broke off; None when the last one ended in order."""
        try:
            return Sitting.model_validate_json((self.path / "worker.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def has_company(self) -> bool:
        """Whether somebody hears what the worker tells: a window that would say how it ended."""
        return _is_locked(self.path / "company")

    @contextlib.contextmanager
    def keep_company(self) -> Iterator[None]:
        """While somebody hears what the worker tells; ends with the process, too. Others may do so beside it."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - see is_held

        lock = FileLock(self.path / "company")
        with contextlib.suppress(Timeout, OSError):
            lock.acquire(timeout=0)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                lock.release()

    # -- the worker's side

    @contextlib.contextmanager
    def hold(self, name: str) -> Iterator["Desk"]:
        """For the life of a job. Raises JobRunningError when another worker is there, OutputError."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - see is_held

        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._lock)
            lock.acquire(timeout=PATIENCE_S)
        except Timeout as exc:
            raise self._taken() from exc
        except OSError as exc:
            raise as_output_error(exc, self.path) from exc
        try:
            with self._sit_down(name) as desk:
                yield desk
        finally:
            lock.release()

    @contextlib.contextmanager
    def _sit_down(self, name: str) -> Iterator["Desk"]:
        try:
            diary = DiaryWriter(self.path)
        except OSError as exc:
            raise as_output_error(exc, self.path) from exc
        with diary:
            me = Owner.this_process()
            sitting = Sitting(name=name, pid=me.pid, started=me.started, lasting_from=diary.size)
            self._put("worker.json", sitting.model_dump_json())
            try:
                yield Desk(self, name, diary)
            finally:
                self.clear()

    def _taken(self) -> JobRunningError:
        sitting = self.sitting()
        where = f" (process {sitting.pid})" if sitting is not None else ""
        message = f"{self.path.parent.name} is being worked on already{where}."
        return JobRunningError(message, hint="Wait for its end, or stop it first.", path=self.path)

    def clear(self) -> None:
        """What says that a worker sits here, and what it was asked."""
        self._drop("worker.json")
        self._drop("wish")

    # -- the others' side

    def put_task(self, task: Task) -> None:
        """Raises OutputError, DiskFullError."""
        self._put("task.json", task.model_dump_json())

    def task(self) -> Task:
        """Raises OSError, ValueError."""
        return Task.model_validate_json((self.path / "task.json").read_bytes())

    def ask(self, sitting: str, wish: Wish) -> None:
        """Asks the worker of that sitting, which looks once a step. Raises OutputError, DiskFullError."""
        self._put("wish", f"{wish} {sitting}")

    def wish(self, sitting: str) -> Wish | None:
        try:
            wish, _, name = (self.path / "wish").read_text(encoding="utf-8").partition(" ")
        except (OSError, UnicodeDecodeError):
            return None
        return Wish(wish) if name == sitting and wish in set(Wish) else None

    def watch(self, *, is_watched: bool) -> None:
        """Whether somebody looks at pictures of the job. A courtesy: a disk that is full costs the pictures."""
        with contextlib.suppress(OSError):
            if is_watched:
                (self.path / "watched").touch()
            else:
                (self.path / "watched").unlink(missing_ok=True)

    def is_watched(self) -> bool:
        return (self.path / "watched").exists()

    def remove_if_bare(self) -> None:
        """Takes the folder away where the job left nothing beside it: it failed before it began."""
        run = self.path.parent
        with contextlib.suppress(OSError):
            if [each.name for each in run.iterdir()] == [self.path.name] and not self.is_held():
                for file in self.path.iterdir():
                    file.unlink()
                self.path.rmdir()
                run.rmdir()

    def _put(self, name: str, text: str) -> None:
        with PartFile(self.path / name) as part:
            part.path.write_text(text, encoding="utf-8")
            part.commit()

    def _drop(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.path / name).unlink(missing_ok=True)


class Desk:
    """What a worker has while it holds the folder."""

    def __init__(self, folder: JobFolder, sitting: str, diary: DiaryWriter) -> None:
        self._folder = folder
        self._sitting = sitting
        self._diary = diary

    def tell(self, event: Event) -> None:
        self._diary.write(event)

    def wish(self) -> Wish | None:
        return self._folder.wish(self._sitting)

    def is_watched(self) -> bool:
        return self._folder.is_watched()

    def leave(self, end: Event) -> None:
        """Tells the end for a worker whose process ends with the next line: nobody is to think that it broke off."""
        self.tell(end)
        self._folder.clear()


def _is_locked(file: Path) -> bool:
    """Raises OSError where it cannot be found out."""
    if not file.exists():
        return False
    from filelock import FileLock, Timeout  # noqa: PLC0415 - 25 ms that a window's start need not pay

    try:
        with FileLock(file, timeout=0):
            return False
    except Timeout:
        return True
