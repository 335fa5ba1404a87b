# ruff: noqa: N802 - the names are those of the library
"""How busy a GPU was: the mean of what its driver tells while something is measured; nothing without one."""

import sys
import threading
from types import SimpleNamespace

import pytest

from pyroblur_gui.benchmark.gpu import GpuWatch


class Driver(SimpleNamespace):
    """Stands for NVIDIA's library, of a machine with two GPUs. `told`: set when so many samples were taken."""

    class NVMLError(Exception):
        pass

    def __init__(self, utilisations: list[int]) -> None:
        super().__init__(asked=[], left=list(utilisations), told=threading.Event(), is_shut_down=False)

    def nvmlInit(self) -> None: ...

    def nvmlShutdown(self) -> None:
        self.is_shut_down = True

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        self.asked.append(index)
        return index

    def nvmlDeviceGetUtilizationRates(self, _handle: int) -> SimpleNamespace:
        if not self.left:
            self.told.set()
            raise self.NVMLError
        return SimpleNamespace(gpu=self.left.pop(0))

    def nvmlDeviceGetMemoryInfo(self, _handle: int) -> SimpleNamespace:
        return SimpleNamespace(used=(1 + len(self.left)) * 1_000_000)


def test_the_gpu_that_is_measured_on_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver([40, 80])
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    with GpuWatch("cuda:1") as watch:
        assert driver.told.wait(10)
    assert driver.asked == [1]
    assert watch.utilisation == 60.0
    assert watch.memory_bytes == 2_000_000, "the most that was in use"
    assert driver.is_shut_down


@pytest.mark.parametrize("device", ["cuda", "cpu", "mps"])
def test_without_a_gpu_or_its_library_nothing_is_told_and_nothing_breaks(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)  # importing it fails
    with GpuWatch(device) as watch:
        pass
    assert watch.utilisation is None
    assert watch.memory_bytes is None
    assert not [each for each in threading.enumerate() if each.name == "gpu-watch"]
