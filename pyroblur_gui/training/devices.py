"""What a training runs on: looked for before anything is begun, so that a device that is not there is told at once."""

from dataclasses import dataclass

from pyroblur_gui.core.errors import RunError

CPU = "cpu"
TELL = (
    "Take the device auto or cpu. A GPU needs its driver and a torch made for it: pyroblur doctor tells what is there."
)


@dataclass(frozen=True)
class Devices:
    """name: as Ultralytics takes it: cpu, mps, 0, or 0,1. count: of the processes that train together."""

    name: str
    count: int = 1

    @property
    def is_cpu(self) -> bool:
        return self.name == CPU

    @property
    def first(self) -> str:
        """Where what is done once is done: trying, and measuring at the end."""
        return self.name.split(",")[0]

    @property
    def has_loaders(self) -> bool:
        """True where pictures are read by processes of their own, beside the device's work."""
        return self.name not in {CPU, "mps"}


def devices_of(wanted: str) -> Devices:
    """wanted: of TrainSpec. Raises RunError where there is no such device: it never becomes another one."""
    import torch  # noqa: PLC0415 - heavy

    if wanted == "auto":
        return Devices(_best())
    names = wanted.split(",")
    if set(names) == {CPU}:
        return Devices(CPU, len(names))
    if wanted == "mps":
        if not torch.backends.mps.is_available():
            message = "There is no MPS device here: that is the GPU of a Mac with Apple's own chip."
            raise RunError(message, hint=TELL)
        return Devices(wanted)
    if len(set(names)) < len(names):
        message = f"The device {wanted} names a GPU twice."
        raise RunError(message, hint="Name each GPU once: 0,1.")
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    missing = [name for name in names if int(name) >= there]
    if missing:
        found = f"torch finds {there} of them, numbered from 0" if there else "torch finds none"
        message = f"There is no CUDA device {' and no '.join(missing)} here: {found}."
        raise RunError(message, hint=TELL)
    return Devices(wanted, len(names))


def _best() -> str:
    import torch  # noqa: PLC0415 - heavy

    if torch.cuda.is_available():
        return "0"
    return "mps" if torch.backends.mps.is_available() else CPU
