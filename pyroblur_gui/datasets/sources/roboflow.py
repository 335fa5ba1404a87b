"""Roboflow Universe: any public project and version, exported for YOLO.

The export is asked for until it is ready (202, then 200), then fetched by a signed link, which is a secret like the key
itself. What is in the archive is data only: its data.yaml names the classes, and nothing else of it is followed.
"""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pydantic import JsonValue, SecretStr

from pyroblur_gui.core.classes import LICENSE_PLATE
from pyroblur_gui.core.errors import AccessError, ArchiveError, NetworkError, SourceError
from pyroblur_gui.datasets.archive import extract
from pyroblur_gui.datasets.formats import catalogue
from pyroblur_gui.datasets.sample import Sample
from pyroblur_gui.datasets.sources.source import Gathering, Licence, Need, SourceFacts
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log
from pyroblur_gui.net.download import Download, MissingError

ADDRESS = "https://api.roboflow.com"
FORMAT = "yolov11"
ASK_EVERY_S = 3.0
LONGEST_WAIT_S = 30 * 60.0
_HINT_KEY = (
    "Copy your Private API Key from app.roboflow.com (Settings, API Keys) and enter it as the key of Roboflow, or set "
    "ROBOFLOW_API_KEY."
)

FACTS = SourceFacts(
    name="roboflow",
    title="Roboflow Universe",
    summary="Licence plates from Roboflow's own project license-plate-recognition-rxg4e, or any other public project. "
    "Its parts share near-duplicates, so PyroBlur splits them anew. Other classes are not marked.",
    classes=(LICENSE_PLATE,),
    licence=Licence(
        name="CC BY 4.0 (the default project; others say their own)",
        summary="You may use, change and pass on the pictures, also for money, if you name where they come from. "
        "Another project may have another licence: read it on the project's page before you accept.",
        url="https://universe.roboflow.com/roboflow-universe-projects/license-plate-recognition-rxg4e",
    ),
    citation="@misc{license-plate-recognition-rxg4e, title={License Plate Recognition}, author={Roboflow Universe "
    "Projects}, howpublished={Roboflow Universe}, "
    "url={https://universe.roboflow.com/roboflow-universe-projects/license-plate-recognition-rxg4e}}",
    homepage="https://universe.roboflow.com",
    needs=frozenset({Need.NETWORK, Need.KEY}),
    pictures=10_125,
)


@dataclass(frozen=True)
class RoboflowSource:
    """address: of the service that makes exports; the real one unless told otherwise."""

    address: str = ADDRESS
    ask_every_s: float = ASK_EVERY_S
    longest_wait_s: float = LONGEST_WAIT_S

    @property
    def facts(self) -> SourceFacts:
        return FACTS

    def gather(self, gathering: Gathering) -> Iterator[Sample]:
        export = f"{gathering.options.project.replace('/', '-')}-{gathering.options.version}"
        archive = gathering.folder / f"{export}.zip"
        if not archive.is_file():
            link, secrets = self._link(gathering)
            gathering.downloader.fetch([Download(link, archive, secrets=secrets)])
        try:
            folder = extract(archive, gathering.folder / export, gathering.context)
        except ArchiveError:
            archive.unlink(missing_ok=True)  # so that the next run fetches another one
            raise
        found = catalogue.recognise(folder)
        for text in (*found.notes, *_stated_licence(folder)):
            gathering.context.emit(Log(level="info", text=text))
        yield from catalogue.reader(found.format).read(found, gathering.context, {})

    def _link(self, gathering: Gathering) -> tuple[str, dict[str, SecretStr]]:
        """Address of the export and the secrets that belong to it, as soon as there is one."""
        if gathering.key is None:
            message = "Roboflow needs an access key of yours; it is free."
            raise AccessError(message, hint=_HINT_KEY)
        options, context = gathering.options, gathering.context
        address = f"{self.address}/{options.project}/{options.version}/{FORMAT}"
        until = time.monotonic() + self.longest_wait_s
        said = ""
        while True:
            try:
                status, answer = gathering.downloader.ask(address, secrets={"api_key": gathering.key})
            except MissingError:
                message = f"Roboflow has no version {options.version} of {options.project}, or not for you."
                hint = (
                    "Look at the project's page in Roboflow Universe: its address has the names, Versions the number."
                )
                raise SourceError(message, hint=hint) from None
            except AccessError:
                message = "Roboflow did not accept the access key, or does not let its owner have this project."
                raise AccessError(message, hint=_HINT_KEY) from None
            if status == 200:
                return _split_link(answer, is_secure=self.address.startswith("https:"))
            if time.monotonic() > until:
                message = "Roboflow has not finished the export in time."
                raise NetworkError(message, hint="It goes on making it: start the download again later.")
            if (says := _said(answer)) != said:
                said = says
                context.emit(Log(level="info", text=said))
            _wait(context, self.ask_every_s)


def _said(answer: JsonValue) -> str:
    progress = answer.get("progress") if isinstance(answer, dict) else None
    if not isinstance(progress, int | float) or not 0 <= progress <= 1:
        return "Roboflow prepares the export."
    return f"Roboflow prepares the export: {progress:.0%}."


def _split_link(answer: JsonValue, *, is_secure: bool) -> tuple[str, dict[str, SecretStr]]:
    """The export's address without what is signed, and that as secrets. is_secure: whether the answer came by https."""
    export = answer.get("export") if isinstance(answer, dict) else None
    link = export.get("link") if isinstance(export, dict) else None
    if not isinstance(link, str) or not link:
        message = "Roboflow's answer names no file to fetch."
        raise SourceError(message, hint="Look at the project's page in Roboflow Universe: it may not offer downloads.")
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" and is_secure:
        message = "Roboflow's answer names an address that is not secure."
        raise SourceError(message, hint="Try again later, or from another network.")
    secrets = {name: SecretStr(value) for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), secrets


def _stated_licence(folder: Path) -> Iterator[str]:
    """The licence that the export itself names, which is not the default project's for other projects."""
    for path in sorted(folder.glob("*.yaml")):
        found = re.search(
            r"^\s*license:\s*(\S.{0,80})$", path.read_text("utf-8", errors="replace")[:65_536], re.MULTILINE
        )
        if found is not None:
            yield f"The project states its licence as: {found[1].strip()}"


def _wait(context: Context, seconds: float) -> None:
    until, pause = time.monotonic() + seconds, threading.Event()
    while (left := until - time.monotonic()) > 0:
        context.check_cancelled()
        pause.wait(min(0.1, left))
