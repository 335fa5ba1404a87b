"""The one module that speaks MLflow: writes runs, reads stores that are no file of this computer.

Imported by the handlers of operations only: MLflow takes seconds to load. It goes nowhere but to the address that the
user set: its telemetry is off before it is imported. A store that does not answer is given up after seconds, not
minutes; what was to be logged is still in the runs' own folders.
"""

import importlib.util
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyroblur_gui.core.errors import MissingExtraError, PyroblurError, RunStoreError, StoreAwayError
from pyroblur_gui.runs import embedded
from pyroblur_gui.runs.embedded import Series
from pyroblur_gui.runs.place import Place, artifacts_folder
from pyroblur_gui.runs.record import Logged, Point, RunLog, signature
from pyroblur_gui.runs.row import NOTE_TAG, RUN_TAG, Row, row_of

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion

UID_TAG = "pyroblur.uid"
MODEL_NAME = "pyroblur"  # of the registered model, of which every promoted model is a version
TIMEOUT_S = 10
RETRIES = 1
MOST_POINTS = 1000  # in one request, MLflow's own limits
MOST_PARAMS = 100
LONGEST_PARAM = 6000
PAGE = 500
_SWITCHES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_ENABLE_DB_SDK": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": str(TIMEOUT_S),
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": str(RETRIES),
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
_AWAY = re.compile(r"API request to .* failed with (?:timeout )?exception|Max retries exceeded|error code 50[234]")
_OTHER_SCHEMA = re.compile(r"out-of-date database schema|Can't locate revision")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the registered model."""

    number: str
    run: str
    tags: Mapping[str, str]
    description: str = ""
    created_ms: int = 0


class Tracking:
    """One open store. Raises StoreAwayError when it does not answer, RunStoreError when it refuses, from any method."""

    def __init__(self, place: Place) -> None:
        """Makes PyroBlur's own store where there is none: call it within place.alone()."""
        require_mlflow()
        os.environ.update(_SWITCHES)
        for name, value in _PATIENCE.items():
            os.environ.setdefault(name, value)
        self._place = place
        if place.is_own and place.database is not None:
            place.database.parent.mkdir(parents=True, exist_ok=True)
        with self._speaking():
            from mlflow.tracking import MlflowClient  # noqa: PLC0415 - seconds

            self._client = MlflowClient(place.uri, registry_uri=place.uri)
            self._experiment = self._find_experiment()

    # -- writing runs

    def log(self, what: RunLog, known: Logged) -> Iterator[Logged]:
        """Logs what the store lacks of a run; gives what it has then, after each step that must not be done twice."""
        with self._speaking():
            run = known.run or self._begin(what)
        known = known.model_copy(update={"run": run})
        yield known
        with self._speaking():
            known = self._log_figures(what, known)
        yield known
        for path, folder in what.files.items():
            now = signature(path)
            if now and known.files.get(path.name) != now:
                with self._speaking():
                    self._client.log_artifact(run, os.fspath(path), folder or None)
                known = known.model_copy(update={"files": {**known.files, path.name: now}})
                yield known
        with self._speaking():
            if what.status == "RUNNING":
                self._client.update_run(run, status="RUNNING")
            else:
                self._client.set_terminated(run, what.status, what.ended_ms)

    def set_note(self, run: str, text: str) -> None:
        with self._speaking():
            self._client.set_tag(run, NOTE_TAG, text)

    def set_tags(self, run: str, tags: Mapping[str, str]) -> None:
        with self._speaking():
            self._client.log_batch(run, tags=self._tags(tags))

    def remove_tag(self, run: str, name: str) -> None:
        with self._speaking():
            self._client.delete_tag(run, name)

    def delete(self, run: str) -> None:
        """Into the bin."""
        with self._speaking():
            self._client.delete_run(run)

    def restore(self, run: str) -> None:
        with self._speaking():
            self._client.restore_run(run)

    def erase(self, run: str) -> None:
        """Takes a run that is in the bin out of the store, with its files. Raises RunStoreError on a server."""
        if self._place.database is None:
            message = f"The server {self._place.title} empties its bin itself."
            raise RunStoreError(message, hint="Its administrator does it with `mlflow gc`.")
        with self._speaking():
            from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository  # noqa: PLC0415

            files = get_artifact_repository(self._client.get_run(run).info.artifact_uri)
            store: Any = self._client._tracking_client.store
            files.delete_artifacts()  # type: ignore[no-untyped-call]
            store._hard_delete_run(run)

    # -- reading

    def rows(self, *, deleted: bool = False) -> list[Row]:
        """The newest first."""
        database = self._place.database
        if database is not None and embedded.is_readable(database):
            return embedded.rows(database, self._place.experiment, deleted=deleted)
        from mlflow.entities import ViewType  # noqa: PLC0415

        view = ViewType.DELETED_ONLY if deleted else ViewType.ACTIVE_ONLY
        found: list[Row] = []
        token: str | None = None
        while True:
            with self._speaking():
                page = self._client.search_runs([self._experiment], "", view, PAGE, ["start_time DESC"], token)
            found += map(_row, page)
            token = page.token
            if not token:
                return found

    def histories(self, runs: Sequence[str]) -> dict[str, Series]:
        """By run and metric."""
        database = self._place.database
        if database is not None and embedded.is_readable(database):
            return embedded.histories(database, runs)
        found: dict[str, Series] = {}
        for run in runs:
            with self._speaking():
                names = self._client.get_run(run).data.metrics
                found[run] = {name: self._history(run, name) for name in names}
        return found

    # -- the registry of models

    def register(self, run: str, source: str, *, tags: Mapping[str, str], description: str) -> Version:
        with self._speaking():
            self._require_model()
            made = self._client.create_model_version(
                MODEL_NAME, source, run or None, tags=dict(tags), description=description[:5000], await_creation_for=0
            )
        return _version(made)

    def unregister(self, number: str) -> None:
        with self._speaking():
            self._client.delete_model_version(MODEL_NAME, number)

    def versions(self) -> list[Version]:
        """The newest first."""
        with self._speaking():
            found = self._client.search_model_versions(f"name = '{MODEL_NAME}'")
        return sorted(map(_version, found), key=lambda each: int(each.number), reverse=True)

    def aliases(self) -> dict[str, str]:
        """Version by alias."""
        with self._speaking():
            known = self._client.search_registered_models(f"name = '{MODEL_NAME}'")
            return {alias: str(number) for model in known for alias, number in model.aliases.items()}

    def set_alias(self, alias: str, number: str | None) -> None:
        """number: None takes the alias away."""
        with self._speaking():
            if number is None:
                self._client.delete_registered_model_alias(MODEL_NAME, alias)
            else:
                self._client.set_registered_model_alias(MODEL_NAME, alias, number)

    def describe(self, number: str, description: str) -> None:
        with self._speaking():
            self._client.update_model_version(MODEL_NAME, number, description[:5000])

    def artifacts_of(self, run: str) -> str:
        with self._speaking():
            return str(self._client.get_run(run).info.artifact_uri)

    def keep_text(self, run: str, name: str, text: str) -> None:
        with self._speaking():
            self._client.log_text(run, text, name)

    # -- how it is done

    def _find_experiment(self) -> str:
        name = self._place.experiment
        known = self._client.get_experiment_by_name(name)
        if known is None:
            files = artifacts_folder().absolute().as_uri() if self._place.is_own else None
            return str(self._client.create_experiment(name, files))
        if known.lifecycle_stage == "deleted":
            self._client.restore_experiment(known.experiment_id)
        return str(known.experiment_id)

    def _begin(self, what: RunLog) -> str:
        from mlflow.entities import ViewType  # noqa: PLC0415

        mine = f"tags.`{UID_TAG}` = '{what.uid}'"
        for run in self._client.search_runs([self._experiment], mine, ViewType.ALL, 1):
            return str(run.info.run_id)  # the last attempt broke off before its answer came
        tags = {RUN_TAG: what.name, UID_TAG: what.uid}
        made = self._client.create_run(self._experiment, what.started_ms, tags, what.name)
        return str(made.info.run_id)

    def _log_figures(self, what: RunLog, known: Logged) -> Logged:
        from mlflow.entities import Dataset, DatasetInput, Param  # noqa: PLC0415

        params = [Param(name, value[:LONGEST_PARAM]) for name, value in what.params.items()]
        if known.epoch == 0:
            for start in range(0, len(params), MOST_PARAMS):
                self._client.log_batch(known.run, params=params[start : start + MOST_PARAMS])
            if what.fingerprint:
                data = Dataset(what.data[:500] or "data", what.fingerprint[:36], "local", what.data)
                self._client.log_inputs(known.run, [DatasetInput(data, [])])
        self._client.log_batch(known.run, tags=self._tags(what.tags))
        self._log_points(known.run, what.series, after=known.epoch)
        self._log_points(known.run, {name: (point,) for name, point in what.summary.items()}, after=-1)
        last = max((points[-1].step for points in what.series.values() if points), default=0)
        return known.model_copy(update={"epoch": max(known.epoch, last)})

    def _log_points(self, run: str, series: Mapping[str, Sequence[Point]], *, after: int) -> None:
        from mlflow.entities import Metric  # noqa: PLC0415

        points = [
            Metric(name, point.value, point.time_ms, point.step)
            for name, line in series.items()
            for point in line
            if point.step > after
        ]
        for start in range(0, len(points), MOST_POINTS):
            self._client.log_batch(run, metrics=points[start : start + MOST_POINTS])

    def _tags(self, tags: Mapping[str, str]) -> list[Any]:
        from mlflow.entities import RunTag  # noqa: PLC0415

        return [RunTag(name, value[:5000]) for name, value in tags.items()]

    def _history(self, run: str, name: str) -> list[tuple[int, float]]:
        points = self._client.get_metric_history(run, name)
        return sorted((point.step, point.value) for point in points if point.value == point.value)

    def _require_model(self) -> None:
        if not self._client.search_registered_models(f"name = '{MODEL_NAME}'"):
            about = "Models that PyroBlur covers with. The alias production is the one it uses by itself."
            self._client.create_registered_model(MODEL_NAME, description=about)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """What goes wrong in MLflow, as RunStoreError or StoreAwayError."""
        try:
            yield
        except PyroblurError:
            raise
        except Exception as exc:
            raise self._told(exc) from exc

    def _told(self, exc: Exception) -> RunStoreError:
        text = " ".join(str(exc).split())
        title, database = self._place.title, self._place.database
        if _OTHER_SCHEMA.search(text):
            message = f"The store of runs {title} was made by another version of MLflow than this PyroBlur has."
            hint = "Open it with that version, or upgrade a copy of it (`mlflow db upgrade`)."
            return RunStoreError(message, hint=hint, path=database)
        if _AWAY.search(text) or isinstance(exc, OSError | TimeoutError):
            message = f"The tracking server {title} does not answer."
            hint = "Check its address and that it runs. Runs that it lacks are logged when it is back."
            return StoreAwayError(message, hint=hint)
        message = f"The store of runs {title} refused: {text.replace(self._place.uri, title)[:500]}"
        hint = "See what the message says; runs that it lacks are logged once it takes them."
        return RunStoreError(message, hint=hint, path=database)


def require_mlflow() -> None:
    """Raises MissingExtraError where MLflow is not installed."""
    if importlib.util.find_spec("mlflow") is None or importlib.util.find_spec("sqlalchemy") is None:
        message = "Keeping runs needs MLflow, which is not installed."
        raise MissingExtraError(message, hint="Install it: pip install 'pyroblur[train]'")


def _row(run: "Run") -> Row:
    info, data = run.info, run.data
    return row_of(
        info.run_id,
        info.run_name or "",
        info.status,
        times_ms=(info.start_time, info.end_time),
        params=dict(data.params),
        metrics={name: value for name, value in data.metrics.items() if value == value},  # noqa: PLR0124 - NaN
        tags=data.tags,
        is_deleted=info.lifecycle_stage == "deleted",
    )


def _version(found: "ModelVersion") -> Version:
    return Version(
        str(found.version), found.run_id or "", dict(found.tags), found.description or "", found.creation_timestamp or 0
    )
