"""How busy an NVIDIA GPU is while something is measured; nothing where there is none."""

import threading
from types import TracebackType
from typing import Any, Self

SAMPLE_S = 0.1


class GpuWatch:
    """`with`: samples utilisation and memory in a thread. device: "cuda" or "cuda:1"; of others nothing is known."""

    def __init__(self, device: str) -> None:
        kind, _, index = device.partition(":")
        self._index = int(index or 0) if kind == "cuda" else None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gpu-watch")
        self._utilisations: list[float] = []
        self._memory_bytes = 0

    def __enter__(self) -> Self:
        if self._index is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def utilisation(self) -> float | None:
        """Per cent, the mean over the samples."""
        return round(sum(self._utilisations) / len(self._utilisations), 1) if self._utilisations else None

    @property
    def memory_bytes(self) -> int | None:
        """The most that was in use on the device, by whoever."""
        return self._memory_bytes or None

    def _run(self) -> None:
        try:
            import pynvml  # type: ignore[import-untyped]  # noqa: PLC0415 - only where CUDA is used

            pynvml.nvmlInit()
        except Exception:  # noqa: BLE001 - no driver, or another than the library knows: nothing is known then
            return
        try:
            handle: Any = pynvml.nvmlDeviceGetHandleByIndex(self._index)
            while not self._is_over.wait(SAMPLE_S):
                self._utilisations.append(float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu))
                self._memory_bytes = max(self._memory_bytes, int(pynvml.nvmlDeviceGetMemoryInfo(handle).used))
        except pynvml.NVMLError:
            return
        finally:
            pynvml.nvmlShutdown()
