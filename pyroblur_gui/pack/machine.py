"""Which build of PyTorch fits this computer.

uv knows which builds there are for which driver; what is decided here is whether it is asked, and what is shown.
"""

import platform
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from pyroblur_gui.pack.spec import AUTO, PLAIN, TORCH_INDEX, Sources

# Of all wheels, as the index had them for Linux in November 2026: 467 MB with PyTorch's own left out, which is 200 MB
# for a processor and 3.0 GB with CUDA. What it is today is told before anything is fetched.
CPU_BYTES, GPU_BYTES = 670_000_000, 3_480_000_000

_ROCM = Path("/dev/kfd")


def torch_arguments(sources: Sources) -> list[str]:
    """For uv. An index of one's own is taken as it is, unless a build is asked for.

    Apple's computers have one build only, which is on the package index.
    """
    if sources.wheels is not None:
        return []
    if sources.torch_index:
        return ["--index", sources.torch_index, "--index-strategy", "unsafe-best-match"]
    if sources.torch == PLAIN or sys.platform == "darwin":
        return []
    if sources.torch == AUTO and not sources.is_default:
        return []
    return ["--torch-backend", sources.torch]


def torch_host(sources: Sources) -> str:
    """Where PyTorch comes from besides the index; empty where it is on that."""
    return sources.torch_index or (TORCH_INDEX if "--torch-backend" in torch_arguments(sources) else "")


def estimated_bytes() -> int:
    """About what is fetched for this computer, before an index was asked."""
    return GPU_BYTES if accelerator().startswith(("CUDA", "ROCm")) else CPU_BYTES


@cache
def accelerator() -> str:
    """What this computer has to train on: "CUDA 13.0", "ROCm", "MPS", or "CPU". Loads no torch."""
    if sys.platform == "darwin":
        return "MPS" if platform.machine() == "arm64" else "CPU"
    if version := _cuda_version():
        return f"CUDA {version}"
    return "ROCm" if _ROCM.exists() else "CPU"


def _cuda_version() -> str:
    """The newest CUDA that the NVIDIA driver knows; empty without one."""
    import pynvml  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - only where it is asked

    with suppress(pynvml.NVMLError, OSError):
        pynvml.nvmlInit()
        try:
            if not pynvml.nvmlDeviceGetCount():
                return ""
            number = int(pynvml.nvmlSystemGetCudaDriverVersion())
        finally:
            pynvml.nvmlShutdown()
        return f"{number // 1000}.{number % 1000 // 10}"
    return ""
