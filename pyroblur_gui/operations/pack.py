"""The training pack: what it would fetch, making it, looking it through, removing it."""

from pydantic import JsonValue

from pyroblur_gui.core.errors import AccessError, PackError
from pyroblur_gui.core.training_part import has_training
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Started
from pyroblur_gui.pack import install as making
from pyroblur_gui.pack.logins import with_logins
from pyroblur_gui.pack.machine import accelerator
from pyroblur_gui.pack.plan import disk_bytes
from pyroblur_gui.pack.spec import PackCheckSpec, PackInstallSpec, PackPlanSpec, PackRemoveSpec


def plan(spec: PackPlanSpec, context: Context) -> dict[str, JsonValue]:
    """{"fetch_bytes", "disk_bytes", "packages", "hosts", "torch", "accelerator", "python", "fetches_python",
    "is_estimate"}; an estimate where a Python has to be fetched before the packages can be known.

    Raises PackError where no pack is needed or can be made; NetworkError, SourceError, AccessError, MissingFileError,
    OutputError, JobRunningError, JobCancelledError.
    """
    _require_need()
    made, kept = making.plan(with_logins(spec.sources), context)
    new = [part for part in made.parts if part.name not in kept]
    return {
        "fetch_bytes": made.fetch_bytes(kept),
        "disk_bytes": disk_bytes(new, made.estimate_bytes),
        "packages": len(made.to_fetch(kept)),
        "hosts": list(made.hosts),
        "torch": made.torch,
        "accelerator": accelerator(),
        "python": made.python.version,
        "fetches_python": made.python.path is None,
        "is_estimate": made.estimate_bytes > 0,
    }


def install(spec: PackInstallSpec, context: Context) -> dict[str, JsonValue]:
    """{"python", "torch", "devices", "size_bytes", "folder"}.

    Raises AccessError without the user's consent, and what pack/install.py raises.
    """
    _require_need()
    if not spec.has_accepted:
        message = "Nobody agreed to making the training pack, which fetches packages and takes some GB."
        raise AccessError(message, hint="Say so: pyroblur pack install --yes.")
    context.emit(Started(kind=spec.kind, detail={}))
    manifest = making.install(with_logins(spec.sources), context)
    return {
        "python": manifest.python_version,
        "torch": manifest.torch,
        "devices": manifest.devices,
        "size_bytes": manifest.size_bytes,
        "folder": str(manifest.folder),
    }


def check(_spec: PackCheckSpec, context: Context) -> dict[str, JsonValue]:
    """{"problems": sentences}. Raises PackError where there is no pack, JobCancelledError."""
    return {"problems": list(making.check(context))}


def remove(_spec: PackRemoveSpec, context: Context) -> dict[str, JsonValue]:
    """{"freed_bytes"}. Raises JobRunningError while a training runs in it, OutputError."""
    context.check_cancelled()
    return {"freed_bytes": making.remove()}


def _require_need() -> None:
    if has_training():
        message = "Training is installed in the Python that PyroBlur runs in: no training pack is needed."
        raise PackError(message, hint="Train right away.")
