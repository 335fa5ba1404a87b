"""Runs plans in the window's queue: what is due is queued as trainings, and the next phase when one is over. No Qt.

Nothing is kept here that the plan's file and its runs do not say: after a restart, the plan is gone on with by starting
it again.
"""

from collections.abc import Callable

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.jobs.events import Event
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.queue import Queue
from pyroblur_gui.operations import plans
from pyroblur_gui.runs import plan as known
from pyroblur_gui.runs.plan import MARK, Plan, PlanProgress
from pyroblur_gui.training.spec import TrainSpec
from pyroblur_gui.ui.i18n import failure_text


class PlanRunner:
    """changed: told the name of a plan that something happened to, and a sentence for the user or nothing."""

    def __init__(self, queue: Queue, changed: Callable[[str, str], None]) -> None:
        self._queue = queue
        self._changed = changed
        self._running: dict[str, Plan] = {}
        self._tried: dict[str, int] = {}  # how often a run was queued in this window
        self._unsubscribe = queue.subscribe(self._heard)

    def close(self) -> None:
        self._unsubscribe()

    def is_running(self, name: str) -> bool:
        return name in self._running

    def start(self, plan: Plan) -> None:
        """Raises PlanError, OutputError; then nothing was queued."""
        plans.check(plan)
        known.keep(plan)
        self._running[plan.name] = plan
        self._tried = {run: times for run, times in self._tried.items() if not run.startswith(f"{plan.name}{MARK}")}
        self._take_up(plan.name)
        self._advance(plan)

    def stop(self, name: str) -> None:
        """What runs stops after its last whole epoch; starting the plan again goes on with it."""
        self._running.pop(name, None)
        for job in self._jobs_of(name):
            if not job.state.is_over:
                self._queue.cancel(job.id)
        self._changed(name, "")

    def active(self, name: str) -> dict[str, str]:
        """State of the queue's jobs by run, for those that are not over."""
        return {str(job.spec["run"]): job.state.value for job in self._jobs_of(name) if not job.state.is_over}

    def progress(self, plan: Plan) -> PlanProgress:
        """Raises PlanError."""
        return plans.progress(plan)

    def _advance(self, plan: Plan) -> None:
        progress = plans.progress(plan)
        waiting = self.active(plan.name)
        due = progress.due[:1] if plan.budget.hours else progress.due
        wanted = [cell for cell in due if cell.run not in waiting and self._tried.get(cell.run, 0) < 1]
        if waiting and plan.budget.hours:
            wanted = []
        for cell in wanted:
            self._tried[cell.run] = self._tried.get(cell.run, 0) + 1
        if wanted:
            self._queue.add_all(plans.spec_of(plan, cell) for cell in wanted)
        elif not waiting:
            self._running.pop(plan.name, None)
        self._changed(plan.name, "")

    def _take_up(self, name: str) -> None:
        """What waits in the queue since the window before was closed or killed: this is what it waits for."""
        for job in self._jobs_of(name):
            if job.state is JobState.PAUSED:
                self._tried[str(job.spec["run"])] = 1
                self._queue.resume(job.id)

    def _heard(self, job: Job, event: Event | None) -> None:
        if job.kind != TrainSpec.kind or (event is not None and not job.state.is_over):
            return
        name = str(job.spec.get("run", "")).partition(MARK)[0]
        plan = self._running.get(name)
        if plan is None:
            return
        if not job.state.is_over:
            self._changed(name, "")
            return
        try:
            self._advance(plan)
        except PyroblurError as error:
            self._running.pop(name, None)
            self._changed(name, failure_text(error))

    def _jobs_of(self, name: str) -> list[Job]:
        mine = f"{name}{MARK}"
        return [
            job
            for job in self._queue.jobs()
            if job.kind == TrainSpec.kind and str(job.spec.get("run", "")).startswith(mine)
        ]
