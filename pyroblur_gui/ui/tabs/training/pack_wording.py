"""What is said of the training pack: in which state it is, what it would fetch, how far it is. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import JsonValue

from pyroblur_gui.core.training_part import training_hint
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.pack.machine import estimated_bytes, torch_host
from pyroblur_gui.pack.place import State, Status
from pyroblur_gui.pack.spec import INDEX, Sources
from pyroblur_gui.ui.i18n import numeral, tr, trn
from pyroblur_gui.ui.tabs.blur.wording import size_text, time_left_text


@dataclass(frozen=True)
class Offer:
    """What stands where a training could be started, while it cannot. button: empty where nothing can be done."""

    glyph: str
    heading: str
    text: str
    button: str = ""


def offer(status: Status, sources: Sources) -> Offer:
    """What to say and offer in this state."""
    match status.state:
        case State.UNAVAILABLE:
            return Offer("download-simple", tr("Training is not installed"),
                         tr("Training needs the training part of PyroBlur.") + " " + training_hint())  # fmt: skip
        case State.OUTDATED:
            return Offer("arrows-clockwise", tr("The training pack is of another version"),
                         tr("It was made by another version of PyroBlur than this one. Only what has changed is "
                            "fetched, from {source}.", source=source_text(sources)),
                         tr("&Update the training pack…"))  # fmt: skip
        case State.BROKEN:
            return Offer("wrench", tr("The training pack is damaged"),
                         tr("{reason} Mending it fetches what is damaged, from {source}.", reason=status.reason,
                            source=source_text(sources)), tr("&Mend the training pack…"))  # fmt: skip
        case State.UNFINISHED:
            return Offer("download-simple", tr("The training pack is not finished"),
                         tr("{size} are here already. It goes on from there, from {source}.",
                            size=size_text(status.left_bytes), source=source_text(sources)),
                         tr("&Go on…"))  # fmt: skip
        case _:
            return Offer("download-simple", tr("Training needs one more part"), absent_text(sources),
                         tr("&Get the training pack…"))  # fmt: skip


def absent_text(sources: Sources) -> str:
    """How large it is, and where it comes from, before anybody was asked."""
    what = tr("PyroBlur came without PyTorch, which trainings need. It can make itself a training pack: a Python of "
              "its own, in your data folder, that nothing else uses.")  # fmt: skip
    if sources.wheels is not None:
        source = tr("It is made from the folder {folder}; nothing is fetched.", folder=sources.wheels)
        return f"{what} {source}"
    size = tr(
        "About {size} are fetched from {source}. You are shown exactly what before anything is.",
        size=size_text(estimated_bytes()),
        source=source_text(sources),
    )
    return f"{what} {size}"


def source_text(sources: Sources) -> str:
    """The hosts, or the folder."""
    if sources.wheels is not None:
        return str(sources.wheels)
    places = [sources.index or INDEX, torch_host(sources)]
    return tr(" and ").join(dict.fromkeys(_host(place) for place in places if place))


def question(plan: Mapping[str, JsonValue], folder: str) -> str:
    """What exactly would be fetched, as operations/pack.py tells it."""
    hosts = plan["hosts"]
    where = ", ".join(str(host) for host in hosts) if isinstance(hosts, list) else ""
    count = int(str(plan["packages"]))
    if plan["is_estimate"]:
        fetched = tr(
            "A Python comes first; which packages are needed is known then. About {size} are fetched from {where}.",
            size=size_text(int(str(plan["fetch_bytes"]))),
            where=where,
        )
    elif where:
        fetched = trn(
            "{size} in {count} package are fetched from {where}.",
            "{size} in {count} packages are fetched from {where}.",
            count, size=size_text(int(str(plan["fetch_bytes"]))), where=where,
        )  # fmt: skip
    else:
        fetched = tr("Nothing is fetched over the network.")
    python = tr("Python {version}", version=plan["python"])
    if plan["fetches_python"]:
        python = tr("Python {version}, which is fetched as well", version=plan["python"])
    disk = tr(
        "It takes about {size} on the disk, in {folder}.", size=size_text(int(str(plan["disk_bytes"]))), folder=folder
    )
    build = tr("PyTorch {torch} (this computer has: {accelerator}), {python}.", torch=plan["torch"],
               accelerator=plan["accelerator"], python=python).replace("  ", " ")  # fmt: skip
    end = tr("It can be cancelled and goes on later; it can be removed again at any time.")
    return " ".join([fetched, disk, build, end])


def progress_text(progress: Progress) -> str:
    """What is being done, and how far it is."""
    stage = {
        "python": tr("Looking for a Python"),
        "resolve": tr("Asking which packages are needed"),
        "check": tr("Looking through what is there"),
        "download": tr("Fetching"),
        "install": tr("Installing"),
        "trial": tr("Trying whether a training could begin"),
    }.get(progress.stage, progress.stage)
    if not progress.total:
        return tr("{stage}…", stage=stage)
    parts = [tr("{stage}: {done} of {total}", stage=stage, done=_amount(progress.done, progress.unit),
                total=_amount(progress.total, progress.unit))]  # fmt: skip
    if progress.unit == "bytes" and progress.rate:
        parts.append(tr("{rate} a second", rate=size_text(round(progress.rate))))
    if progress.eta_s is not None and progress.stage == "download":
        parts.append(time_left_text(progress.eta_s))
    return " · ".join(parts)


def state_text(status: Status) -> str:
    """In which state it is, for the dialog."""
    manifest = status.manifest
    if status.state is State.READY and manifest is not None:
        return tr(
            "Ready. PyTorch {torch} on Python {python}, for {devices}; {size} in {folder}.",
            torch=manifest.torch, python=manifest.python_version, devices=manifest.devices,
            size=size_text(manifest.size_bytes), folder=manifest.folder,
        )  # fmt: skip
    return {
        State.NOT_NEEDED: tr("Not needed: PyTorch and Ultralytics are installed in the Python that PyroBlur runs in."),
        State.UNAVAILABLE: tr("This installation of PyroBlur can make no training pack.") + " " + training_hint(),
        State.ABSENT: tr("There is no training pack."),
        State.UNFINISHED: tr("Not finished; {size} are here already.", size=size_text(status.left_bytes)),
        State.OUTDATED: tr("It was made by another version of PyroBlur, and has to be updated."),
    }.get(status.state, tr("Damaged. {reason}", reason=status.reason))


def _amount(number: float, unit: str) -> str:
    return size_text(round(number)) if unit == "bytes" else numeral(number, ",.0f")


def _host(address: str) -> str:
    return urlsplit(address).hostname or address
