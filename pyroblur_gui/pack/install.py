"""Makes the training pack: in a folder of its own, tried, and only then named as the one that is used.

Stopped by whatever, nothing half-made counts, and what was fetched is used when it goes on.
"""

import json
import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
from packaging.utils import canonicalize_name
from packaging.version import Version

from pyroblur_gui.core.errors import JobRunningError, PackError
from pyroblur_gui.core.files import as_output_error, require_free_space, writing
from pyroblur_gui.core.training_part import pack_folder
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.jobs.interpreter import Interpreter, clean_environment
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.jobs.program import run_program
from pyroblur_gui.net.download import Checksum, Download, HttpDownloader
from pyroblur_gui.pack import place
from pyroblur_gui.pack.files import installed_in, link_package, problem_with
from pyroblur_gui.pack.place import CACHE, DAMAGED_FILE, ENVIRONMENT_PREFIX, LOCK_FILE, Installed, Manifest
from pyroblur_gui.pack.plan import OWN, Part, Plan, check_plan, disk_bytes, make_plan, rough_plan
from pyroblur_gui.pack.python import FITS, FoundPython, fetch_python, find_python
from pyroblur_gui.pack.shipped import UV, Shipped, shipped
from pyroblur_gui.pack.spec import Sources
from pyroblur_gui.pack.uv import Uv

TRIAL_S = 1200.0  # from a slow disk, on a machine that is busy

log = logging.getLogger(__name__)
_SHOWN_LINES = 3
_LIST = "install.txt"


def plan(sources: Sources, context: Context) -> tuple[Plan, frozenset[str]]:
    """What would be fetched, and the names of what an earlier pack has of it. Raises as `install` does."""
    with held():
        uv = Uv(context, is_offline=sources.wheels is not None)
        _stage(context, "python")
        python = find_python(uv, sources)
        if python.path is None:
            _check_fetchable(sources)
            return rough_plan(sources, python), frozenset()
        _stage(context, "resolve")
        made = make_plan(uv, sources, shipped(), python)
        return made, frozenset(each.name for each in _candidates(made))


def install(sources: Sources, context: Context) -> Manifest:
    """Raises NetworkError, SourceError, AccessError, PackError, DiskFullError, OutputError, JobRunningError,
    JobCancelledError.
    """
    mine = shipped()
    with held():
        mine.check()
        uv = Uv(context, is_offline=sources.wheels is not None)
        python = _python(uv, sources, context)
        _stage(context, "resolve")
        made = make_plan(uv, sources, mine, python)
        check_plan(made)
        kept = _whole(made, context)
        missing = made.to_fetch({each.name for each in kept})
        new = [part for part in made.parts if part.name not in {each.name for each in kept}]
        require_free_space(pack_folder(), made.fetch_bytes({each.name for each in kept}) + disk_bytes(new))
        _fetch(missing, context)
        return _make(uv, made, new, kept, mine=mine, sources=sources, context=context)


def check(context: Context) -> list[str]:
    """What is wrong with the pack that is used; it then counts as broken. Raises PackError where there is none."""
    manifest = place.read_manifest()
    if manifest is None:
        message = "There is no training pack."
        raise PackError(message, hint="Get it: in the tab Training, or with `pyroblur pack install`.")
    problems = [found] if (found := place.missing_of(manifest)) else []
    if not problems:
        problems = [text for _, text in _looked_through(manifest, manifest.installed, context) if text]
    if not problems:
        _stage(context, "trial")
        try:
            _try(manifest.interpreter, context)
        except PackError as error:
            problems = [error.message]
    mark = manifest.folder / DAMAGED_FILE
    with suppress(OSError):
        if problems:
            mark.write_text(problems[0], encoding="utf-8")
        else:
            mark.unlink(missing_ok=True)
    return problems


def remove() -> int:
    """Bytes that were freed. Raises JobRunningError while it is used or made, OutputError."""
    with held():
        folder = pack_folder()
        used = [left.name for left in folder.glob(f"{ENVIRONMENT_PREFIX}*") if is_used(left)]
        if used:
            message = "A training is running in the training pack, or ended a moment ago."
            raise JobRunningError(message, hint="Stop it, or wait half a minute after its end, then remove the pack.")
        freed = place.size_of_pack()
        with writing(folder / place.MANIFEST_FILE):
            (folder / place.MANIFEST_FILE).unlink(missing_ok=True)  # first: what is half removed never counts
        for left in (*folder.glob(f"{ENVIRONMENT_PREFIX}*"), folder / place.PYTHONS):
            place.remove_tree(left)
        with writing(folder / UV):
            (folder / UV).unlink(missing_ok=True)
        place.clear()
        still = place.size_of_pack()
        if still > 0 and any(folder.glob(f"{ENVIRONMENT_PREFIX}*/*")):
            raise as_output_error(PermissionError(13, "in use"), folder)
        return freed - still


@contextmanager
def held() -> Iterator[None]:
    """Raises JobRunningError where another window or command line is at it, OutputError."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - 25 ms that the window's start need not pay

    folder = pack_folder()
    with writing(folder / LOCK_FILE):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_FILE, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            message = "The training pack is being made or removed by another window or command line."
            raise JobRunningError(message, hint="Wait for it, or stop it there.") from error
    try:
        yield
    finally:
        lock.release()


def is_used(environment: Path) -> bool:
    """Whether a process runs in it."""
    start = str(environment) + os.sep
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError, IndexError):
            if process.cmdline()[0].startswith(start):
                return True
    return False


# -- how it is made


def _python(uv: Uv, sources: Sources, context: Context) -> FoundPython:
    _stage(context, "python")
    python = find_python(uv, sources)
    if python.path is not None:
        return python
    _check_fetchable(sources)
    return fetch_python(Uv(context), python, sources)


def _check_fetchable(sources: Sources) -> None:
    """Who named a folder of wheels wants nothing from the network. Raises PackError."""
    if sources.wheels is not None and not sources.python_mirror:
        message = f"This computer has no Python that fits ({FITS})."
        hint = "Install Python 3.11, 3.12 or 3.13, or name the place of one, or a mirror to fetch one from."
        raise PackError(message, hint=hint)


def _candidates(made: Plan) -> list[Installed]:
    """What the present pack has in the wanted versions. Never PyroBlur itself: its version says too little."""
    try:
        before = place.read_manifest()
    except PackError:
        return []
    if before is None or ".".join(before.python_version.split(".")[:2]) != made.python.minor:
        return []
    wanted = {(part.name, Version(part.version)) for part in made.parts if part.name != OWN}
    return [each for each in before.installed if (each.name, Version(each.version)) in wanted]


def _whole(made: Plan, context: Context) -> list[Installed]:
    """Of the candidates those whose every file is what it was."""
    candidates = _candidates(made)
    before = place.read_manifest() if candidates else None
    if before is None:
        return []
    return [each for each, problem in _looked_through(before, candidates, context) if not problem]


def _looked_through(
    manifest: Manifest, packages: Sequence[Installed], context: Context
) -> Iterator[tuple[Installed, str]]:
    meter = Meter(context, "check", total=len(packages), unit="packages")
    for number, each in enumerate(packages):
        yield each, problem_with(each, manifest.site_packages, look=context.check_cancelled)
        meter.at(number + 1)
    meter.finish(len(packages))


def _fetch(parts: Sequence[Part], context: Context) -> None:
    downloads = [
        Download(
            part.address, part.target, checksum=Checksum("sha256", part.sha256) if part.sha256 else None,
            size_bytes=part.size_bytes,
        )
        for part in parts
    ]  # fmt: skip
    if downloads:
        HttpDownloader(context).fetch(downloads)


def _make(
    uv: Uv,
    made: Plan,
    new: Sequence[Part],
    kept: Sequence[Installed],
    *,
    mine: Shipped,
    sources: Sources,
    context: Context,
) -> Manifest:
    environment = pack_folder() / f"{ENVIRONMENT_PREFIX}{secrets.token_hex(4)}"
    is_complete = False
    try:
        _stage(context, "install")
        uv.run("venv", environment, "--python", str(made.python.path), "--no-project", "--relocatable", "--quiet")
        interpreter = Interpreter(_python_of(environment))
        site_packages = _site_packages_of(environment)
        before = place.read_manifest() if kept else None
        for each in kept if before is not None else ():
            assert before is not None  # noqa: S101 - for the type checker
            link_package(each, before.site_packages, site_packages, look=context.check_cancelled)
        _install(uv, new, interpreter, site_packages, context)
        _stage(context, "trial")
        facts = _try(interpreter, context)
        manifest = Manifest(
            environment=environment.name,
            python=interpreter.python.relative_to(environment).as_posix(),
            packages=site_packages.relative_to(environment).as_posix(),
            python_version=made.python.version,
            wheel_sha256=mine.wheel_sha256,
            constraints_sha256=mine.constraints_sha256,
            version=mine.version,
            torch=facts.get("torch", made.torch),
            devices=facts.get("devices", ""),
            size_bytes=place.size_of(environment),
            source=str(sources.wheels) if sources.wheels is not None else ", ".join(made.hosts),
            made=datetime.now(UTC),
            installed=tuple(installed_in(site_packages)),
        )
        context.check_cancelled()
        place.keep_manifest(manifest)
        is_complete = True
    finally:
        if not is_complete:
            place.remove_tree(environment)
    _clear(manifest)
    return manifest


def _install(uv: Uv, new: Sequence[Part], interpreter: Interpreter, site_packages: Path, context: Context) -> None:
    """Uv unpacks every wheel into its cache, then links the files: each wheel counts half when it is unpacked."""
    listed = site_packages / _LIST
    lines = "".join(f"{part.name} @ {part.target.as_uri()}\n" for part in new)
    with writing(listed):
        listed.write_text(lines, encoding="utf-8")
    begun = _entries(site_packages)
    unpacked = _unpacked()
    meter = Meter(context, "install", total=len(new), unit="packages")

    def look() -> None:
        done = (_unpacked() - unpacked + _entries(site_packages) - begun) / 2
        meter.at(max(0.0, min(float(len(new)), done)))

    try:
        offline = ("--no-deps", "--no-index", "--offline", "--quiet", "--only-binary", ":all:")
        uv.run("pip", "install", "--python", interpreter.python, "-r", listed, *offline, look=look)
    finally:
        listed.unlink(missing_ok=True)
    there = {each.name for each in installed_in(site_packages)}
    if missing := {canonicalize_name(part.name) for part in new} - there:
        message = f"These packages did not come into the training pack: {', '.join(sorted(missing))}."
        raise PackError(message, hint="Try again; if it happens again, report it.")
    meter.finish(len(new))


def _try(interpreter: Interpreter, context: Context) -> dict[str, str]:
    """What the pack tells of itself. Raises PackError when a training could not begin in it."""
    ended = run_program(
        [str(interpreter.python), "-I", "-X", "utf8", "-m", "pyroblur_gui.pack.trial"],
        environment=clean_environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        look=context.check_cancelled,
        limit_s=TRIAL_S,
    )
    try:
        facts = json.loads(ended.out.strip().splitlines()[-1]) if ended.status == 0 else None
    except (ValueError, IndexError):
        facts = None
    if not isinstance(facts, dict):
        log.warning("the trial ended with %d; it printed %r and complained %r", ended.status, ended.out, ended.err)
        said = " ".join(ended.err.strip().splitlines()[-_SHOWN_LINES:]) or f"exit status {ended.status}"
        message = f"A training could not begin in the training pack: {said}"
        raise PackError(message, hint="Choose another build of PyTorch (cpu, say), or another source, and try again.")
    return {str(key): str(value) for key, value in facts.items()}


def _clear(manifest: Manifest) -> None:
    """What is in use (a training that began in an earlier pack) stays until the next time."""
    for left in pack_folder().glob(f"{ENVIRONMENT_PREFIX}*"):
        if left.name != manifest.environment and not is_used(left):
            place.remove_tree(left)
    place.clear()


def _python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _site_packages_of(environment: Path) -> Path:
    """Raises PackError for an environment without one."""
    found = next(iter(sorted(environment.glob("[Ll]ib/**/site-packages"))), None)
    if found is None:
        message = f"The environment in {environment} has no place for packages."
        raise PackError(message, hint="Name another Python in the sources of the training pack.")
    return found


def _entries(site_packages: Path) -> int:
    return sum(1 for _ in site_packages.glob("*.dist-info"))


def _unpacked() -> int:
    return sum(1 for _ in (pack_folder() / CACHE).glob("archive-v*/*"))


def _stage(context: Context, name: str) -> None:
    context.check_cancelled()
    context.emit(Progress(stage=name, done=0, unit=""))
