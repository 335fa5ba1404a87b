"""Which jobs have workers that outlive the window. Apart from the catalogue, which every worker loads."""

from pydantic import ValidationError

from pyroblur_gui.jobs.job import Job
from pyroblur_gui.jobs.job_folder import JobFolder
from pyroblur_gui.jobs.lone_worker import LoneWorker
from pyroblur_gui.operations.catalogue import ENVIRONMENTS, OPERATIONS, Lane


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
    return LoneWorker(JobFolder(folder), may_start=job.lane != Lane.FOLLOW, environment=environment)
