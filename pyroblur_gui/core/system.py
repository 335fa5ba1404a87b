"""Facts about the machine and the installation: for `pyroblur doctor`, the status bar and the choice of an engine."""

import ctypes
import gc
import importlib.util
import os
import platform
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyroblur_gui import __version__

BEHIND_WINDOW_VARIABLE = "PYROBLUR_BEHIND_WINDOW"  # set by a window, inherited by its workers

_CPUINFO = Path("/proc/cpuinfo")
_NICENESS = 10


@dataclass(frozen=True, slots=True)
class Processor:
    """The CPU. Flags are known on Linux only; elsewhere they are False, which chooses the careful way."""

    name: str
    architecture: str
    cores: int  # that this process may use
    physical_cores: int | None
    has_avx2: bool = False
    has_avx512: bool = False
    has_vnni: bool = False
    has_bf16: bool = False
    has_amx: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    total_bytes: int
    available_bytes: int


@cache
def processor() -> Processor:
    import psutil

    info = _cpuinfo()
    flags = set((info.get("flags") or info.get("Features") or "").split())
    return Processor(
        name=info.get("model name") or platform.processor() or platform.machine(),
        architecture=platform.machine(),
        cores=usable_cores(),
        physical_cores=psutil.cpu_count(logical=False),
        has_avx2="avx2" in flags,
        has_avx512="avx512f" in flags,
        has_vnni=bool(flags & {"avx512_vnni", "avx_vnni"}),
        has_bf16=bool(flags & {"avx512_bf16", "amx_bf16", "bf16"}),
        has_amx="amx_tile" in flags,
    )


def usable_cores() -> int:
    """Cores that this process may run on: fewer than the machine has where it is confined to some."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> Memory:
    import psutil

    now = psutil.virtual_memory()
    return Memory(total_bytes=now.total, available_bytes=now.available)


def give_back_memory() -> None:
    """Hands memory that is free to the system, where glibc keeps it: what is used next would seem to need none."""
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


def give_way_to_window() -> None:
    """Lowers this process's priority when a window started it.

    For long jobs, not for previews, which the user waits for. On an idle machine it changes nothing; it takes a third
    off the time that the window waits for a processor beside a job (tests/benchmarks/window_loop.py on 2 cores).
    """
    if not os.environ.get(BEHIND_WINDOW_VARIABLE):
        return
    import psutil

    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        psutil.Process().nice(_NICENESS)


def is_installed(package: str) -> bool:
    """True when the package could be imported; it is not imported."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # a name below a package that is not there; a module without a spec
        return False


def version_of(distribution: str) -> str | None:
    """The installed version of a distribution ("opencv-python", not "cv2"); None when it is not installed."""
    import importlib.metadata  # whose own modules take a fortieth of a second

    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def is_packaged() -> bool:
    """True in a program made by PyInstaller."""
    return bool(getattr(sys, "frozen", False))


def platform_facts() -> dict[str, str]:
    """What a bug report needs of the system, ready to print; nothing that names the user or the machine."""
    cpu = processor()
    flags = [name.removeprefix("has_") for name in cpu.__slots__ if name.startswith("has_") and getattr(cpu, name)]
    room = memory()
    return {
        "pyroblur": __version__ + (" (packaged)" if is_packaged() else ""),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "processor": cpu.name + (f" ({', '.join(flags)})" if flags else ""),
        "cores": f"{cpu.cores} of {cpu.physical_cores} physical" if cpu.physical_cores else str(cpu.cores),
        "memory": f"{room.total_bytes / 2**30:.1f} GiB, {room.available_bytes / 2**30:.1f} GiB available",
    }


def checkout_commit() -> str:
    """The git commit of the checkout that PyroBlur runs from; empty where it is installed. No program is started."""
    top = Path(__file__).resolve().parents[2] / ".git"
    try:
        if top.is_file():  # a worktree: "gitdir: FOLDER"
            top = Path(top.read_text(encoding="utf-8").partition(":")[2].strip())
        shared = top / "commondir"
        common = (top / shared.read_text(encoding="utf-8").strip()).resolve() if shared.is_file() else top
        head = (top / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return head
        name = head.partition(":")[2].strip()
        if (loose := common / name).is_file():
            return loose.read_text(encoding="utf-8").strip()
        lines = (common / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(" ")[0] for line in lines if line.endswith(f" {name}")), "")


def _cpuinfo() -> dict[str, str]:
    """The first processor's block of /proc/cpuinfo; empty where there is none."""
    try:
        text = _CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    facts: dict[str, str] = {}
    for line in text.split("\n\n", maxsplit=1)[0].splitlines():
        key, _, value = line.partition(":")
        facts[key.strip()] = value.strip()
    return facts
