"""Asks the address that the settings name whether there is a newer PyroBlur; only when the user wants to know."""

import re

from pydantic import JsonValue

from pyroblur_gui import __version__
from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.net.download import HttpDownloader, Patience
from pyroblur_gui.net.http import host_of
from pyroblur_gui.operations.spec import UpdatesSpec

ONCE = Patience(retries=0, timeout_s=10.0)  # somebody waits for the answer
_VERSION = re.compile(r"v?(\d{1,6}(?:\.\d{1,6}){0,3})(?:[-.+]?[A-Za-z0-9.]{1,20})?")


def run(spec: UpdatesSpec, context: Context) -> dict[str, JsonValue]:
    """{"version", "page", "is_newer"}. The answer is GitHub's for a newest release, or {"version", "page"}.

    Raises SourceError and its leaves: offline, too slow, no certificate, or an answer that tells no release.
    """
    _, answer = HttpDownloader(context, patience=ONCE).ask(spec.address, secrets={})
    told = answer if isinstance(answer, dict) else {}
    version, page = told.get("version", told.get("tag_name")), told.get("page", told.get("html_url"))
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None or not isinstance(page, str) or not re.fullmatch(r"https://[^\s\"'<>]{1,500}", page):
        message = f"The answer of {host_of(spec.address)} tells no version of PyroBlur."
        raise SourceError(message, hint="Check the address of updates in the settings.")
    found = match[1]
    return {"version": found, "page": page, "is_newer": _numbers(found) > _numbers(__version__)}


def _numbers(version: str) -> tuple[int, ...]:
    found = [int(part) for part in re.findall(r"\d+", version)[:4]]
    return tuple(found + [0] * (4 - len(found)))
