"""A second data set from one that is there, to add pictures to: pictures, splits, problems and changes alike."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error
from pyroblur_gui.datasets.dataset import FILE_NAME, Dataset
from pyroblur_gui.jobs.context import Context


def copy_dataset(source: Path, target: Path, context: Context) -> None:
    """Copies a data set into a folder that has none. Picture files, which never change, only get a second name.

    Label files and lists are not copied: they are written anew from the rows. The database comes last, so that what
    was broken off is no data set. Raises DatasetError, OutputError, JobCancelledError.
    """
    beside = target / f"{FILE_NAME}.part"
    with Dataset.open(source) as dataset:
        files = [row[0] for row in dataset.database.execute("SELECT file FROM pictures WHERE error = '' ORDER BY id")]
        try:
            for file in files:
                context.check_cancelled()
                _second_name(source / file, target / file)
            target.mkdir(parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(beside)) as copied:
                dataset.database.backup(copied)
            beside.replace(target / FILE_NAME)
        except OSError as exc:
            raise as_output_error(exc, target) from exc
        except sqlite3.Error as exc:
            message = f"The data set in {source} could not be copied: {exc}."
            raise DatasetError(message, hint="Check that the disk is not full.", path=source) from exc


def _second_name(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except FileNotFoundError:  # deleted by another program: the check tells
            return
        except OSError:  # a file system without links
            shutil.copyfile(source, target)
