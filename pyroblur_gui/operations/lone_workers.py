"""Which jobs have workers that outlive the window. Apart from the catalogue, which every worker loads."""

from pydantic import ValidationError

from pyroblur_gui.jobs.job import Job
from pyroblur_gui.jobs.job_folder import JobFolder
from pyroblur_gui.jobs.lone_worker import LoneWorker
from pyroblur_gui.operations.catalogue import ENVIRONMENTS, OPERATIONS, Lane
from pyroblur_gui.operations.pack_workers import interpreter_of


def lone_worker_of(job: Job) -> LoneWorker | None:
    """The worker of a job that may outlive the window; None for all others."""
    operation = OPERATIONS.get(job.kind)  # None for a kind of another version: a common worker says so
    if operation is None or not operation.folder:
        return None
    try:
        folder = operation.folder_of(operation.spec.model_validate(job.spec))
    except ValidationError:  # as above
        return None
    if folder is None:
        return None
    environment = ENVIRONMENTS.get(operation.lane)
    may_start, interpreter = job.lane != Lane.FOLLOW, interpreter_of(job)
    if interpreter is None:
        return LoneWorker(JobFolder(folder), may_start=may_start, environment=environment)
    return LoneWorker(
        JobFolder(folder),
        may_start=may_start,
        command=interpreter.command,
        environment=interpreter.environment(environment),
    )
