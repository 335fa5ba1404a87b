"""Real worker processes with small operations (worker_script.py)."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ears import Ear

from pyroblur_gui.jobs.process import WorkerProcess

SCRIPT = Path(__file__).with_name("worker_script.py")
GRACE_S = 0.5


@pytest.fixture
def command() -> list[str]:
    return [sys.executable, "-P", "-X", "utf8", str(SCRIPT), str(GRACE_S)]


@pytest.fixture
async def worker(command: list[str]) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(command, grace_s=GRACE_S)
    yield worker
    await worker.close()
    assert not worker.is_alive


@pytest.fixture
def ear() -> Ear:
    return Ear()
