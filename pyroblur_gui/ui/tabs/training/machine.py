"""How busy the machine is: processors, memory and, where there is NVIDIA's driver, its GPUs. No Qt."""

from dataclasses import dataclass
from types import ModuleType

import psutil
import pynvml  # type: ignore[import-untyped, unused-ignore]


@dataclass(frozen=True, slots=True)
class Gpu:
    """percent: how busy; temperature: in degrees Celsius."""

    name: str
    percent: int
    temperature: int
    used_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Load:
    """cpu: percent of all processors."""

    cpu: float
    used_bytes: int
    total_bytes: int
    gpus: tuple[Gpu, ...] = ()


class Machine:
    """Its first look tells no load of the processors yet: that is counted between two looks. Close it."""

    def __init__(self) -> None:
        psutil.cpu_percent()
        self._library = _nvidia()

    def look(self) -> Load:
        memory = psutil.virtual_memory()
        return Load(psutil.cpu_percent(), memory.total - memory.available, memory.total, self.gpus())

    def gpus(self) -> tuple[Gpu, ...]:
        library = self._library
        if library is None:
            return ()
        try:
            return tuple(_gpu(library, number) for number in range(library.nvmlDeviceGetCount()))
        except library.NVMLError:  # a driver that was updated under us, a card that fell off the bus
            self._library = None
            return ()

    def close(self) -> None:
        if self._library is not None:
            self._library.nvmlShutdown()
            self._library = None


def _nvidia() -> ModuleType | None:
    """NVIDIA's library; None without its driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:  # no driver
        return None
    library: ModuleType = pynvml
    return library


def _gpu(library: ModuleType, number: int) -> Gpu:
    handle = library.nvmlDeviceGetHandleByIndex(number)
    memory = library.nvmlDeviceGetMemoryInfo(handle)
    name = library.nvmlDeviceGetName(handle)
    return Gpu(
        name=name if isinstance(name, str) else name.decode(),
        percent=int(library.nvmlDeviceGetUtilizationRates(handle).gpu),
        temperature=int(library.nvmlDeviceGetTemperature(handle, library.NVML_TEMPERATURE_GPU)),
        used_bytes=int(memory.used),
        total_bytes=int(memory.total),
    )
