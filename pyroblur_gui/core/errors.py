"""Every error that a user can meet: what failed, on which file, and what to do about it.

A leaf also inherits the built-in that fits, so that callers may catch either. `code` is stable: it is what the
command line's JSON, the queue and the tests compare.
"""

from pathlib import Path
from typing import ClassVar


class PyroblurError(Exception):
    """Root of all expected failures. `message` says what failed, `hint` what the user can do."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "", path: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path


class JobCancelledError(Exception):
    """The user cancelled; no failure, nothing to show."""


class UnreadableMediaError(PyroblurError, ValueError):
    code = "unreadable_media"


class UnsupportedMediaError(PyroblurError, ValueError):
    code = "unsupported_media"


class MissingFileError(PyroblurError, FileNotFoundError):
    code = "missing_file"


class OutputError(PyroblurError, OSError):
    """The output cannot be written: read-only or full folder, or it is the input itself."""

    code = "output"


class DiskFullError(OutputError):
    code = "disk_full"


class ModelError(PyroblurError, ValueError):
    code = "model"


class UnsafeModelError(ModelError):
    """A checkpoint asks for code outside the allow-list."""

    code = "unsafe_model"


class EngineError(PyroblurError, RuntimeError):
    code = "engine"


class MissingExtraError(PyroblurError, RuntimeError):
    """Something needs a part that is not installed (torch, an encoder).

    No ImportError: that one has a `path` of its own, which means something else.
    """

    code = "missing_extra"


class DatasetError(PyroblurError, ValueError):
    """A data set that is missing, damaged, or not what it should be."""

    code = "dataset"


class SourceError(PyroblurError, OSError):
    """A source of data could not give what was asked: refused, gone, or not what it says it is."""

    code = "source"


class NetworkError(SourceError):
    """Not reachable, broken off, or too slow, and retrying did not help. Later it may work."""

    code = "network"


class AccessError(SourceError):
    """A key is missing, wrong, or without the right; or a licence was not accepted."""

    code = "access"


class ArchiveError(SourceError):
    """An archive that is damaged, or that holds what no honest archive holds."""

    code = "archive"


class RecipeError(PyroblurError, ValueError):
    """A recipe of a training that is missing or not valid."""

    code = "recipe"


class RunError(PyroblurError, ValueError):
    """A training run that is missing, damaged, taken, or that cannot go on."""

    code = "run"


class BenchmarkError(PyroblurError, ValueError):
    """A benchmark that has nothing to measure on, or whose result is missing or damaged."""

    code = "benchmark"


class RunStoreError(PyroblurError, OSError):
    """Where runs are kept cannot be used: damaged, of a newer version, refused, or in use by another program."""

    code = "run_store"


class StoreAwayError(RunStoreError):
    """The tracking server does not answer, or broke off. Nothing is lost: what was to be logged is logged later."""

    code = "store_away"


class PlanError(PyroblurError, ValueError):
    """A plan of experiments that is missing, not valid, or changed under its runs."""

    code = "plan"


class PromotionError(PyroblurError, ValueError):
    """A model that cannot be promoted: unknown, not measured, or short of the goals."""

    code = "promotion"


class PackError(PyroblurError, RuntimeError):
    """The training pack cannot be made, or is damaged."""

    code = "pack"


class SettingsError(PyroblurError, ValueError):
    code = "settings"


class JobError(PyroblurError, RuntimeError):
    """The child process broke off: a crash in a codec, a driver or a kill."""

    code = "job"


class JobRunningError(JobError):
    """Another process works on it already."""

    code = "job_running"
