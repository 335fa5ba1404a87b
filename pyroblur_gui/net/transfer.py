"""Files from servers to the disk: several at once, each from where it stopped, and under its name only when whole."""

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from pyroblur_gui.core.errors import AccessError, NetworkError, SourceError
from pyroblur_gui.core.files import require_free_space, writing
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.net.download import Download, MissingError, Patience
from pyroblur_gui.net.http import (
    Retries,
    TransientError,
    Web,
    check_is_no_page,
    content_length,
    content_range,
    host_of,
)

STAGE = "download"
RECORD_NAME = "downloads.jsonl"
_CHUNK_BYTES = 1 << 20
_FEW = 20  # files; more are taken to be small ones, of which more come at once
_MISSING_AT_FIRST = 20
_SHOWN = 10  # so many files at most have their checksums shown


def fetch(downloads: Sequence[Download], *, context: Context, parallel: int, patience: Patience) -> list[Path]:
    """See Downloader.fetch."""
    for folder, known in _known_sizes(downloads).items():
        require_free_space(folder, known)
    tally = _Tally(context, downloads)
    queue = iter(downloads)
    lock = threading.Lock()

    def work(web: Web) -> None:
        while True:
            with lock:
                download = next(queue, None)
            if download is None:
                return
            _Transfer(web, download, tally, context if len(downloads) <= _SHOWN else None).run()

    threads = max(1, min(parallel if len(downloads) <= _FEW else 4 * parallel, len(downloads)))
    with (
        Web(context, patience, connections=threads) as web,
        ThreadPoolExecutor(threads, thread_name_prefix=STAGE) as pool,
    ):
        futures = [pool.submit(work, web) for _ in range(threads)]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            web.stop()  # all is done, or one failed and the others are to end
        for future in done:
            future.result()
    tally.finish()
    return [download.path for download in downloads if download.path.is_file()]


@dataclass(frozen=True)
class _Version:
    """What a server says of a file, to tell later whether it still is the same one."""

    etag: str = ""
    modified: str = ""
    size_bytes: int | None = None

    @property
    def condition(self) -> str:
        """For If-Range, which knows strong tags only."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified

    def may_be(self, other: "_Version") -> bool:
        """False when something that both say differs."""
        mine, theirs = asdict(self), asdict(other)
        return all(mine[key] == theirs[key] for key in mine if mine[key] and theirs[key])


class _WrongError(Exception):
    """The whole file came, but it is not the one that was expected."""

    def __init__(self, failure: SourceError) -> None:
        super().__init__(failure.message)
        self.failure = failure


class _Transfer:
    """One file."""

    def __init__(self, web: Web, download: Download, tally: "_Tally", shows: Context | None) -> None:
        self._web = web
        self._download = download
        self._tally = tally
        self._shows = shows
        self._host = host_of(download.address)
        self._name = download.path.name
        self._part = download.path.with_name(f"{self._name}.part")
        self._note = download.path.with_name(f"{self._name}.part.json")

    def run(self) -> None:
        self._web.check()
        if _is_there(self._download):
            return
        with writing(self._download.path):
            self._download.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._persist()
        except (MissingError, AccessError):
            if not self._download.may_be_missing or self._tally.are_all_missing():
                raise
            self._tally.leave_out(self._download)

    def _persist(self) -> None:
        retries = Retries(self._web)
        furthest = self._have()
        has_failed = False
        while True:
            try:
                self._receive()
                self._commit(self._verified())
            except TransientError as exc:
                if self._have() > furthest:
                    furthest = self._have()
                    retries.went_on()
                retries.after(exc)
            except _WrongError as exc:
                self._discard()
                if has_failed:
                    raise exc.failure from None
                has_failed, furthest = True, 0
            else:
                return

    def _receive(self) -> None:
        """Fetches what is missing."""
        version, have = self._left_over()
        if have and have == version.size_bytes:
            return
        headers = {"Accept-Encoding": "identity"}  # byte ranges and lengths are to be those of the file
        if have:
            headers |= {"Range": f"bytes={have}-"} | ({"If-Range": version.condition} if version.condition else {})
        with self._web.get(self._download.address, secrets=self._download.secrets, headers=headers) as response:
            start, now = self._position(response, have, version)
            self._check_size(now.size_bytes)
            self._tally.expect(self._download, now.size_bytes)
            require_free_space(self._part.parent, (now.size_bytes or 0) - start)
            self._write(response, start, now)

    def _write(self, response: httpx.Response, start: int, version: _Version) -> None:
        chunks = response.iter_raw()
        chunk = next(chunks, b"")
        if not start:
            check_is_no_page(response, self._name, self._host, chunk)
        with writing(self._download.path), self._part.open("r+b" if start else "wb") as file:
            self._note.write_text(json.dumps(asdict(version)), encoding="utf-8")
            file.truncate(start)
            file.seek(start)
            done = start
            while chunk:
                file.write(chunk)
                done += len(chunk)
                self._tally.at(self._download, done)
                self._web.check()
                chunk = next(chunks, b"")
        if version.size_bytes is None:
            self._check_size(done)
        elif done != version.size_bytes:
            message = f"{self._host} sent {done:,} bytes of {self._name} instead of {version.size_bytes:,}."
            raise TransientError(NetworkError(message, hint="Start the download again."))

    def _left_over(self) -> tuple[_Version, int]:
        """What an earlier attempt left, if it is known which file it belongs to."""
        try:
            version = _Version(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return _Version(), 0
        if not version.condition and self._download.checksum is None:
            return version, 0  # nothing would tell whether the server's file has changed since
        return version, self._have()

    def _position(self, response: httpx.Response, have: int, before: _Version) -> tuple[int, _Version]:
        """Where in the file the answer's first byte belongs, and which version of it comes."""
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            message = f"{self._host} sent {self._name} in another form than asked for."
            raise SourceError(message, hint="A proxy on the way may change what is fetched: try another network.")
        version = _Version(response.headers.get("etag", ""), response.headers.get("last-modified", ""))
        if response.status_code == httpx.codes.PARTIAL_CONTENT:
            start, size = content_range(response)
            version = _Version(version.etag, version.modified, size)
            if start == have and version.may_be(before):
                return start, version
        elif response.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return 0, _Version(version.etag, version.modified, content_length(response))
        self._discard()
        message = f"{self._name} changed on {self._host} while it was fetched."
        raise TransientError(SourceError(message, hint="Start the download again."))

    def _check_size(self, size_bytes: int | None) -> None:
        expected = self._download.size_bytes
        if expected is None or size_bytes in {None, expected}:
            return
        self._discard()
        message = f"{self._name} has {size_bytes:,} bytes on {self._host} instead of {expected:,}."
        raise SourceError(message, hint="The source may have changed it: look at its own web page.")

    def _verified(self) -> str:
        """The complete file's SHA-256, its own checksum compared."""
        expected = self._download.checksum
        digests = [hashlib.sha256()]
        if expected is not None:
            digests.append(hashlib.new(expected.algorithm, usedforsecurity=False))
        with writing(self._download.path), self._part.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                self._web.check()
                for digest in digests:
                    digest.update(chunk)
        if expected is not None and digests[-1].hexdigest() != expected.digest.lower():
            message = f"{self._name} is damaged or was changed: its checksum is not the published one."
            hint = "It was fetched twice and then deleted. Try again later or from another network."
            raise _WrongError(SourceError(message, hint=hint))
        return digests[0].hexdigest()

    def _commit(self, sha256: str) -> None:
        with writing(self._download.path):
            with self._part.open("r+b") as file:
                os.fsync(file.fileno())
            self._part.replace(self._download.path)
            self._note.unlink(missing_ok=True)
        size = self._download.path.stat().st_size
        self._tally.complete(self._download, size, sha256)
        if self._shows is not None and self._download.checksum is None:
            self._shows.emit(Log(level="info", text=f"{self._name}: {size:,} bytes, SHA-256 {sha256}"))

    def _have(self) -> int:
        return _size_of(self._part)

    def _discard(self) -> None:
        with writing(self._download.path):
            self._part.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)
        self._tally.at(self._download, 0)


class _Tally:
    """How much of all files is there. Sizes that no server has told yet are taken to be like the others."""

    def __init__(self, context: Context, downloads: Sequence[Download]) -> None:
        self._lock = threading.Lock()
        self._files = len(downloads)
        self._missing = 0
        self._done: dict[Path, int] = {}
        self._sizes: dict[Path, int] = {}
        for download in downloads:
            if _is_there(download):
                self._sizes[download.path] = self._done[download.path] = _size_of(download.path)
                continue
            if have := _size_of(download.path.with_name(f"{download.path.name}.part")):
                self._done[download.path] = have
            if download.size_bytes is not None:
                self._sizes[download.path] = download.size_bytes
        self._sum, self._known = sum(self._done.values()), sum(self._sizes.values())
        self._meter = Meter(context, STAGE, total=self._total(), unit="bytes", start=self._sum)

    def at(self, download: Download, done: int) -> None:
        with self._lock:
            self._sum += done - self._done.get(download.path, 0)
            self._done[download.path] = done
            whole = self._sum
        self._meter.at(whole)

    def expect(self, download: Download, size: int | None) -> None:
        if size is None:
            return
        with self._lock:
            self._known += size - self._sizes.get(download.path, 0)
            self._sizes[download.path] = size
            self._meter.expect(self._total())

    def leave_out(self, download: Download) -> None:
        with self._lock:
            self._missing += 1
        self.expect(download, 0)

    def are_all_missing(self) -> bool:
        """Not single files, but all that was asked for so far."""
        return self._missing >= _MISSING_AT_FIRST and not any(self._done.values())

    def complete(self, download: Download, size: int, sha256: str) -> None:
        """Notes the file in the record of its folder, too."""
        self.expect(download, size)
        self.at(download, size)
        checked = download.checksum.algorithm if download.checksum else None
        line = {"file": download.path.name, "bytes": size, "sha256": sha256, "checked": checked}
        with (
            writing(download.path),
            self._lock,
            (download.path.parent / RECORD_NAME).open("a", encoding="utf-8") as file,
        ):
            file.write(json.dumps(line) + "\n")

    def finish(self) -> None:
        self._meter.finish(self._sum)

    def _total(self) -> float | None:
        if not self._sizes:
            return None
        return self._known + (self._files - len(self._sizes)) * self._known / len(self._sizes)


def _is_there(download: Download) -> bool:
    return download.path.is_file() and download.size_bytes in {None, _size_of(download.path)}


def _size_of(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _known_sizes(downloads: Sequence[Download]) -> dict[Path, int]:
    """Bytes that are still to come into each folder, as far as they are known beforehand."""
    sizes: dict[Path, int] = {}
    for download in downloads:
        if download.size_bytes is not None and not _is_there(download):
            have = _size_of(download.path.with_name(f"{download.path.name}.part"))
            folder = download.path.parent
            sizes[folder] = sizes.get(folder, 0) + max(0, download.size_bytes - have)
    return sizes
