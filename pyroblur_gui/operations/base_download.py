"""Fetches published weights to start a training from: asked for by the user, looked at before they can be used."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.core.errors import AccessError, ModelError
from pyroblur_gui.core.files import sha256, writing
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log, Started
from pyroblur_gui.models import bases
from pyroblur_gui.models.architecture import checked
from pyroblur_gui.models.bases import Base, Seen
from pyroblur_gui.net.download import Download, HttpDownloader
from pyroblur_gui.operations.spec import BaseDownloadSpec
from pyroblur_gui.operations.train import require_training

INCOMING = "incoming"  # beside the weights: what came and was not looked at yet


def run(spec: BaseDownloadSpec, context: Context) -> dict[str, JsonValue]:
    """{"name", "path", "size_bytes", "sha256", "first_seen"}.

    A download that was cancelled or broke off goes on where it stopped. Raises ModelError for a name that nothing is
    published under and for a file that is not what it should be, UnsafeModelError for one that could run code,
    AccessError without the user's consent, MissingExtraError, NetworkError, SourceError, OutputError, DiskFullError,
    JobCancelledError.
    """
    base = bases.base(spec.name)
    require_training()
    target = bases.weights_of(base.name)
    if target.is_file():
        return _told(base, target, bases.check_file(base.name))
    if not spec.has_accepted:
        message = f"Nobody agreed to downloading {base.name}, about {base.size_bytes / 1e6:,.0f} MB from {base.host}."
        raise AccessError(message, hint=f"Say so: pyroblur models download {base.name} --yes.")
    context.emit(Started(kind=spec.kind, detail={"name": base.name, "address": base.address}))
    arrived = bases.folder() / INCOMING / target.name
    HttpDownloader(context).fetch([Download(base.address, arrived)])
    try:
        found = _looked_at(base, arrived, context)
    except ModelError:
        with suppress(OSError):
            arrived.unlink()
        raise
    if bases.seen(base.name) is None:
        first = Seen(
            sha256=found, size_bytes=arrived.stat().st_size, address=base.address, first_seen=datetime.now(UTC)
        )
        bases.keep_seen(base.name, first)
    with writing(target):
        arrived.replace(target)
    return _told(base, target, found)


def _looked_at(base: Base, path: Path, context: Context) -> str:
    """Its SHA-256. Raises ModelError for what is not this network, or not the file of the first download."""
    from pyroblur_gui.models.checkpoint import load_module

    found = sha256(path, check_cancelled=context.check_cancelled)
    bases.check_seen(base.name, found)
    context.emit(Log(level="info", text=f"{path.name} is being looked at: it must hold data only."))
    loaded = load_module(path)
    checked(loaded.architecture, path)
    if loaded.parameters != base.parameters:
        message = (
            f"{base.host} sent another network than {base.name}: it has {loaded.parameters:,} parameters instead of "
            f"{base.parameters:,}."
        )
        raise ModelError(message, hint=f"Look at {bases.published().homepage}; the file was deleted.", path=path)
    return found


def _told(base: Base, path: Path, found: str) -> dict[str, JsonValue]:
    first = bases.seen(base.name)
    return {
        "name": base.name,
        "path": str(path),
        "size_bytes": path.stat().st_size,
        "sha256": found,
        "first_seen": first.first_seen.isoformat() if first is not None else None,
    }
