"""What a server says rather than files it has: short JSON answers, and long texts that are read as they come."""

import json
from collections.abc import Iterator, Mapping

import httpx
from pydantic import JsonValue, SecretStr

from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.net.download import Bookmark, ChangedError, Patience
from pyroblur_gui.net.http import (
    Retries,
    TransientError,
    Web,
    check_is_no_page,
    content_length,
    content_range,
    host_of,
    insist,
)

LONGEST_ANSWER_BYTES = 8 << 20
LONGEST_LINE_BYTES = 1 << 20


def ask(
    address: str, *, secrets: Mapping[str, SecretStr], context: Context, patience: Patience
) -> tuple[int, JsonValue]:
    """See Downloader.ask."""
    host = host_of(address)

    def attempt() -> tuple[int, bytes]:
        with web.get(address, secrets=secrets, headers={}) as response:
            body = b""
            for chunk in response.iter_bytes():
                web.check()
                body += chunk
                if len(body) > LONGEST_ANSWER_BYTES:
                    message = f"The answer of {host} is far too long."
                    raise SourceError(message, hint="The source may have changed: look at its own web page.")
            check_is_no_page(response, "an answer", host, body)
            return response.status_code, body

    with Web(context, patience) as web:
        status, body = insist(web, attempt)
    try:
        answer: JsonValue = json.loads(body)
    except (ValueError, RecursionError):
        message = f"The answer of {host} cannot be understood."
        raise SourceError(message, hint="The source may have changed: look at its own web page.") from None
    return status, answer


def lines(address: str, bookmark: Bookmark, *, context: Context, patience: Patience) -> Iterator[str]:
    """See Downloader.lines."""
    rest = b""
    for chunk in _chunks(address, bookmark, context, patience):
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > LONGEST_LINE_BYTES:
            message = f"{host_of(address)} sent something that is no text."
            raise SourceError(message, hint="The source may have changed: look at its own web page.")
        for line in whole:
            yield line.decode("utf-8", "replace").removesuffix("\r")
        bookmark.offset += sum(map(len, whole)) + len(whole)
    if rest:
        yield rest.decode("utf-8", "replace").removesuffix("\r")


def _chunks(address: str, bookmark: Bookmark, context: Context, patience: Patience) -> Iterator[bytes]:
    """The text's bytes; after a break the next attempt goes on where the last one ended."""
    text = _Text(address, bookmark)
    with Web(context, patience) as web:
        meter = Meter(context, "download", total=None, unit="bytes", start=text.offset)
        retries = Retries(web)
        while True:
            try:
                with web.get(address, secrets={}, headers=text.headers()) as response:
                    skip = text.begin(response)
                    meter.expect(text.size)
                    for received in response.iter_raw():
                        web.check()
                        chunk, skip = received[skip:], max(0, skip - len(received))
                        if not chunk:
                            continue
                        text.check_start(response, chunk)
                        text.offset += len(chunk)
                        retries.went_on()
                        meter.at(text.offset)
                        yield chunk
            except TransientError as exc:
                retries.after(exc)
            else:
                break
        meter.finish(text.offset)


class _Text:
    """How far a text was received, and which version of it."""

    def __init__(self, address: str, bookmark: Bookmark) -> None:
        self.offset = bookmark.offset
        self.size: int | None = None
        self._host = host_of(address)
        self._name = address.rpartition("/")[2]
        self._bookmark = bookmark

    def headers(self) -> dict[str, str]:
        return {"Accept-Encoding": "identity"} | ({"Range": f"bytes={self.offset}-"} if self.offset else {})

    def begin(self, response: httpx.Response) -> int:
        """How many of the answer's bytes were read before. Raises ChangedError when the text is another one now."""
        version = (response.headers.get("etag", ""), response.headers.get("last-modified", ""))
        status = response.status_code
        is_part = status == httpx.codes.PARTIAL_CONTENT
        if not self.offset:
            self._bookmark.etag, self._bookmark.modified = version
        start, size = content_range(response) if is_part else (0, content_length(response))
        if (
            version != (self._bookmark.etag, self._bookmark.modified)
            or status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE
            or (is_part and start != self.offset)
        ):
            message = f"{self._name} changed on {self._host} while it was read."
            raise ChangedError(message, hint="Start the download again.")
        self.size = size
        return 0 if is_part else self.offset

    def check_start(self, response: httpx.Response, chunk: bytes) -> None:
        if not self.offset:
            check_is_no_page(response, self._name, self._host, chunk)
