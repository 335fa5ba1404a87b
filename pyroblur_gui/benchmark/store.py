"""Benchmarks that were made: a folder each among PyroBlur's own files, found by its name, the newest first."""

import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from pyroblur_gui.benchmark.result import RESULT_FILE, BenchmarkResult
from pyroblur_gui.core.errors import BenchmarkError
from pyroblur_gui.core.files import PartFile, as_output_error
from pyroblur_gui.core.paths import folders

LONGEST_NAME = 60


def benchmarks_folder() -> Path:
    return folders().data / "benchmarks"


def names() -> list[str]:
    """All that can be opened, the newest first."""
    found = benchmarks_folder().glob(f"*/{RESULT_FILE}")
    return sorted((path.parent.name for path in found), reverse=True)


def new_folder(made: datetime, models: Sequence[str]) -> Path:
    """A folder that is not there yet, named by the time and the models, so that names sort by age."""
    stem = re.sub(r"[^a-z0-9.-]+", "-", "-".join(Path(model).stem for model in models).lower()).strip("-.")
    name = f"{made:%Y%m%d-%H%M%S}-{stem}"[:LONGEST_NAME].rstrip("-.")
    candidates = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(folder for each in candidates if not (folder := benchmarks_folder() / each).exists())


def read(folder: Path) -> BenchmarkResult:
    """The result in a folder. Raises BenchmarkError when there is none, or it cannot be read."""
    path = folder / RESULT_FILE
    try:
        return BenchmarkResult.read(path.read_bytes())
    except FileNotFoundError as exc:
        raise BenchmarkError(f"There is no benchmark in {folder}.", hint="Run it anew.", path=path) from exc
    except (OSError, ValidationError) as exc:
        message = f"The benchmark in {folder} cannot be read: {exc}"
        raise BenchmarkError(
            message, hint="It may be of a newer PyroBlur, or damaged. Run it anew.", path=path
        ) from exc


def keep(result: BenchmarkResult, folder: Path) -> Path:
    """Writes the result into the folder, whole or not at all. Raises OutputError."""
    with PartFile(folder / RESULT_FILE) as part:
        part.path.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
        part.commit()
    return folder / RESULT_FILE


def remove(name: str) -> None:
    """Deletes one for good. Raises BenchmarkError, OutputError."""
    folder = benchmarks_folder() / name
    if name not in names():
        raise BenchmarkError(f"There is no benchmark named {name}.", path=folder)
    try:
        shutil.rmtree(folder)
    except OSError as exc:
        raise as_output_error(exc, folder) from exc
