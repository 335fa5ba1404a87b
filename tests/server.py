"""A real server on this machine, over http or https, that does whatever servers and the way to them do wrong.

    with Server() as server:
        server.put("/a.zip", data, Reset(after=1000), Status(503))
        fetch(server.address + "/a.zip")     # reset in mid-file, then 503, then as it should be

Each request for a path meets the next of its faults; after the last one it is served honestly, unless a fault is
Always(...). `server.requests` tells what was asked for.

As a proxy (`server.environment(ca_file)`) it stands in for every https server in the world, with certificates of an
authority of its own: programs in other processes can so be tested with their real addresses.
"""

import contextlib
import hashlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import trustme

PIECE_BYTES = 4096


@dataclass(frozen=True)
class Status:
    """Answers with a status instead of the file."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"no"


@dataclass(frozen=True)
class Reset:
    """Sends so many bytes of the answer's body, then resets the connection (None: before any answer)."""

    after: int | None


@dataclass(frozen=True)
class Cut:
    """Sends so many bytes of the answer's body, then closes the connection in good order."""

    after: int


@dataclass(frozen=True)
class WrongBytes:
    """Sends other bytes of the right length."""


@dataclass(frozen=True)
class Slow:
    """Sends a piece of the file every so often."""

    piece: int = 1000
    every_s: float = 0.05


@dataclass(frozen=True)
class Silent:
    """Takes the request and never answers, or (after) sends so many bytes and then nothing any more."""

    after: int | None = None


Fault = Status | Reset | Cut | WrongBytes | Slow | Silent


@dataclass(frozen=True)
class Always:
    """A fault that never passes."""

    fault: Fault


@dataclass
class Resource:
    """What lies at a path. tells_length: without, the end of the connection is the end of the file."""

    data: bytes
    faults: list[Fault | Always] = field(default_factory=list)
    kind: str = "application/octet-stream"
    etag: str | None = None
    modified: float | None = None
    has_ranges: bool = True
    minds_if_range: bool = True
    tells_length: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    host: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


def redirect(location: str, code: int = 302) -> Status:
    return Status(code, {"Location": location})


class Server:
    """authority: a trustme.CA, to serve https with a certificate of it. As a proxy it always needs one."""

    def __init__(self, *, authority: trustme.CA | None = None, is_https: bool = False) -> None:
        self.requests: list[Request] = []
        self.resources: dict[str, Resource] = {}
        self.authority = authority
        self.is_closing = threading.Event()
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = _Listener(("127.0.0.1", 0), _Handler)
        self._server.told = self
        self._is_https = is_https
        if is_https:
            self._server.socket = self.tls("127.0.0.1").wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="server")

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        return f"http{'s' if self._is_https else ''}://127.0.0.1:{self.port}"

    def environment(self, ca_file: Path) -> dict[str, str]:
        """Variables that lead another program's https here. ca_file: written with the authority's certificate."""
        assert self.authority is not None
        self.authority.cert_pem.write_to_path(str(ca_file))
        proxy = f"http://127.0.0.1:{self.port}"
        return {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "", "SSL_CERT_FILE": str(ca_file)}

    def put(self, path: str, data: bytes, *faults: Fault | Always, **facts: Any) -> Resource:
        """Lays data at a path. facts: fields of Resource; unless told, the entity tag is the data's hash."""
        facts.setdefault("etag", f'"{hashlib.sha256(data).hexdigest()[:16]}"')
        self.resources[path] = Resource(data, list(faults), **facts)
        return self.resources[path]

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def next_fault(self, resource: Resource) -> Fault | None:
        with self._lock:
            if not resource.faults:
                return None
            fault = resource.faults[0]
            if isinstance(fault, Always):
                return fault.fault
            resource.faults.pop(0)
            return fault

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """How many requests are answered at the same time."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    def tls(self, host: str) -> ssl.SSLContext:
        assert self.authority is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(host).configure_cert(context)
        return context

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def closed_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    told: Server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients break off: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # what was written before a reset arrives before it
    server: _Listener
    host = ""  # of the tunnel, where it is one

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
        """Nothing: what is printed is lost among the tests."""

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.told.tls(self.host).wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        if self.host:  # the listener knows the connection below only
            self.connection.close()

    def do_GET(self) -> None:
        with self.server.told.counted():
            self._get()

    def _get(self) -> None:
        told, parts = self.server.told, urlsplit(self.path)
        host = self.host or self.headers.get("Host", "")
        told.requests.append(Request(host, parts.path, parse_qs(parts.query), dict(self.headers)))
        resource = told.resources.get(parts.path)
        if resource is None:
            self._answer(Status(404))
            return
        match told.next_fault(resource):
            case Status() as status:
                self._answer(status)
            case Reset(after=None):
                self._reset()
            case Silent(after=None):
                told.is_closing.wait()
            case fault:
                self._serve(resource, fault)

    def _answer(self, status: Status) -> None:
        self.send_response(status.code)
        for name, value in status.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(status.body)))
        self.end_headers()
        self.wfile.write(status.body)

    def _serve(self, resource: Resource, fault: Fault | None) -> None:
        data, start = resource.data, self._start(resource)
        if start >= len(data) and start:
            self._answer(Status(416, {"Content-Range": f"bytes */{len(data)}"}))
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Type", resource.kind)
        if resource.tells_length:
            self.send_header("Content-Length", str(len(data) - start))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        if resource.etag is not None:
            self.send_header("ETag", resource.etag)
        if resource.modified is not None:
            self.send_header("Last-Modified", formatdate(resource.modified, usegmt=True))
        for name, value in resource.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(data[start:], fault)

    def _start(self, resource: Resource) -> int:
        asked = self.headers.get("Range", "")
        if not asked or not resource.has_ranges:
            return 0
        condition = self.headers.get("If-Range")
        modified = None if resource.modified is None else formatdate(resource.modified, usegmt=True)
        if condition and resource.minds_if_range and condition not in {resource.etag, modified}:
            return 0
        return int(asked.removeprefix("bytes=").partition("-")[0])

    def _send(self, data: bytes, fault: Fault | None) -> None:
        match fault:
            case Reset(after=int(most)):
                self.wfile.write(data[:most])
                self._reset()
            case Cut(after=most):
                self.wfile.write(data[:most])
                self.close_connection = True
            case Silent(after=int(most)):
                self.wfile.write(data[:most])
                self.server.told.is_closing.wait()
            case WrongBytes():
                self.wfile.write(bytes(255 - byte for byte in data))
            case Slow(piece=piece, every_s=every_s):
                for at in range(0, len(data), piece):
                    self.wfile.write(data[at : at + piece])
                    if self.server.told.is_closing.wait(every_s):
                        return
            case _:
                self.wfile.write(data)

    def _reset(self) -> None:
        """Closes so that the other side sees a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
        with contextlib.suppress(OSError):
            self.rfile.close()


@contextlib.contextmanager
def serving(**options: Any) -> Iterator[Server]:
    with Server(**options) as server:
        yield server
