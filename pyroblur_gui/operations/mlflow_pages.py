"""Serves MLflow's own pages of the store of runs on the loopback address, for as long as somebody wants them."""

import logging
import os
import threading
from importlib import import_module

from pydantic import JsonValue

from pyroblur_gui.core.errors import MissingExtraError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Started
from pyroblur_gui.operations.runs_sync import sync
from pyroblur_gui.runs import pages
from pyroblur_gui.runs.place import Place, alone, artifacts_folder, here
from pyroblur_gui.runs.spec import PagesSpec
from pyroblur_gui.runs.tracking import Tracking

LOOPBACK = "127.0.0.1"
LOOK_S = 0.2


def run(spec: PagesSpec, context: Context) -> dict[str, JsonValue]:
    """Told with Started: {"address"}. Ends when it is cancelled only.

    Raises MissingExtraError where the pages are not installed, RunStoreError, JobCancelledError.
    """
    if not pages.are_installed():
        message = "MLflow's own pages are not installed."
        raise MissingExtraError(message, hint=f"Install them: {pages.how_to_install()}")
    place = here()
    sync(place, context)
    return serve(spec, place, context)


def serve(spec: PagesSpec, place: Place, context: Context) -> dict[str, JsonValue]:
    """As run does, whether the pages are there or MLflow's interface for programs alone."""
    with alone():
        Tracking(place)  # switches telemetry off, and makes PyroBlur's own store where there is none
    os.environ |= {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "_MLFLOW_SERVER_FILE_STORE": place.uri,
        "_MLFLOW_SERVER_REGISTRY_STORE": place.uri,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": artifacts_folder().absolute().as_uri(),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "false",
    }
    from mlflow.server import app

    make_server = import_module("werkzeug.serving").make_server  # it comes with MLflow's pages, and only with them

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # who asked for what is nobody's concern
    server = make_server(LOOPBACK, 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, name="mlflow-pages")
    serving.start()
    try:
        context.emit(Started(kind=spec.kind, detail={"address": f"http://{LOOPBACK}:{server.server_port}"}))
        while serving.is_alive():
            context.check_cancelled()
            serving.join(LOOK_S)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    return {}
