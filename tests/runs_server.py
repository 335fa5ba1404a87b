"""MLflow's own tracking server, on a free port of this computer: the program that this file is, and how tests start it.

mlflow-skinny carries the server's code; with Flask it runs without the gigabyte that the whole of mlflow brings.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY = "ready at "


@contextmanager
def mlflow_server(folder: Path, port: int = 0) -> Iterator[str]:
    """Its address, while it runs. What it keeps lies in the folder, so that it can be started again."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder / 'server.db'}",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": (folder / "artifacts").as_uri(),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
    }
    with (folder / "server.log").open("ab") as errors:
        server = subprocess.Popen(
            [sys.executable, __file__, str(port)], env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=errors
        )
        try:
            assert server.stdout is not None
            line = server.stdout.readline().decode()
            assert line.startswith(READY), (folder / "server.log").read_text()
            yield line.removeprefix(READY).strip()
        finally:
            server.terminate()
            server.wait(20)
            server.stdout.close()


def main(port: int) -> None:
    from mlflow.server import app
    from mlflow.server.handlers import _get_tracking_store
    from werkzeug.serving import make_server

    _get_tracking_store()  # makes its database now, not while the first request waits
    server = make_server("127.0.0.1", port, app, threaded=True)
    sys.stdout.write(f"{READY}http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
