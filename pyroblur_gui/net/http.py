"""Asking servers over HTTP, strictly: certificates are always checked, and nothing leads away from https.

What a server or the way to it does wrong becomes a SourceError that says what to do, or a TransientError around one
where asking again may help. Addresses with secrets in them (keys, signed links) appear in no message and no log.
"""

import contextlib
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from secrets import SystemRandom
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx
from pydantic import SecretStr

from pyroblur_gui.core.errors import AccessError, JobCancelledError, NetworkError, SourceError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.net.download import MissingError, Patience

MOST_REDIRECTS = 8
_REDIRECTS = {301, 302, 303, 307, 308}
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_SLICE_S = 0.1  # how long a wait does not look whether the job was cancelled
_T = TypeVar("_T")
_LATER = "Try again later; a download goes on where it stopped."

# Both libraries log the addresses they ask for, and those hold keys.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class TransientError(Exception):
    """A failure that may pass. failure: what to tell when it does not. wait_s: how long the server asks to wait."""

    def __init__(self, failure: SourceError, *, wait_s: float | None = None) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.wait_s = wait_s


@dataclass(frozen=True)
class _Target:
    url: httpx.URL
    host: str  # as it is shown
    name: str  # of the file, as it is shown
    has_secrets: bool


class Web:
    """Connections to servers for one task; use it in `with`. Its methods may be called from several threads."""

    def __init__(self, context: Context, patience: Patience, *, connections: int = 1) -> None:
        self._context = context
        self.patience = patience
        self._is_stopped = threading.Event()
        self._is_over = threading.Event()
        self._watch = threading.Thread(target=self._stop_when_cancelled, name="download watch", daemon=True)
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        timeout = httpx.Timeout(patience.timeout_s, connect=min(10.0, patience.timeout_s), pool=None)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=connections)
        try:
            authorities = httpx.create_ssl_context()  # certifi's, or those of SSL_CERT_FILE
            authorities.load_default_certs()  # and the system's, to which a company's own belong
            self._client = httpx.Client(
                verify=authorities, timeout=timeout, limits=limits, follow_redirects=False, trust_env=True
            )
        except (ValueError, ImportError, OSError, httpx.InvalidURL):
            message = "The proxy or the certificates that are set for this computer cannot be used."
            hint = "Check the variables HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE; a proxy begins with http://."
            raise NetworkError(message, hint=hint) from None  # the original may show the proxy's password

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._client.close()
        self._watch.join(timeout=2 * _SLICE_S)  # no longer: it waits as well while the job is paused

    def stop(self) -> None:
        """Breaks off all that goes on in other threads, which then raise JobCancelledError."""
        self._is_stopped.set()
        with self._lock:
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(each, socket.SHUT_RDWR)  # not SSLSocket's, which is not for two threads

    def check(self) -> None:
        """Waits while the job is paused. Raises JobCancelledError when it is cancelled or all was stopped."""
        self._context.check_cancelled()
        if self._is_stopped.is_set():
            raise JobCancelledError

    def wait(self, seconds: float) -> None:
        """Raises JobCancelledError as soon as `check` would."""
        left = seconds
        while left > 0:
            self.check()
            self._is_stopped.wait(min(_SLICE_S, left))
            left -= _SLICE_S
        self.check()

    @contextlib.contextmanager
    def get(
        self, address: str, *, secrets: Mapping[str, SecretStr], headers: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        """The answer (200 to 299, or 416 where a range was asked for) after redirects, its body not read yet.

        Raises TransientError, also for what goes wrong while the body is read inside the `with`; SourceError and its
        leaves; JobCancelledError.
        """
        target = _target(address, secrets)
        try:
            with contextlib.ExitStack() as stack:
                response = self._follow(target, headers, stack)
                if "Range" not in headers or response.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    _check_status(response, target)
                yield response
        except httpx.TransportError as exc:
            self.check()
            raise _failure(exc, target.host) from exc

    def _follow(self, target: _Target, headers: Mapping[str, str], stack: contextlib.ExitStack) -> httpx.Response:
        url = target.url
        for _ in range(MOST_REDIRECTS):
            self.check()
            request = self._client.build_request("GET", url, headers=dict(headers), extensions={"trace": self._trace})
            response = self._send(request, target.host)
            if response.status_code not in _REDIRECTS:
                stack.callback(response.close)
                return response
            response.close()
            url = _redirected(url, response.headers.get("location", ""), target.host)
        message = f"{target.host} sends the download round in a circle."
        raise SourceError(message, hint=_LATER)

    def _send(self, request: httpx.Request, host: str) -> httpx.Response:
        try:
            return self._client.send(request, stream=True)
        except httpx.InvalidURL:  # httpx looks where a redirect leads, even if it is not to follow it
            raise _refusal(host, "none") from None
        except httpx.RemoteProtocolError as exc:
            if "location header" in str(exc):
                raise _refusal(host, "none") from None
            raise

    def _stop_when_cancelled(self) -> None:
        """In a thread of its own: whoever reads from a silent server cannot look whether the job was cancelled."""
        while not self._is_over.wait(_SLICE_S):
            try:
                self._context.check_cancelled()
            except JobCancelledError:
                self.stop()
                return

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Keeps the sockets of open connections, so that `stop` reaches a thread that waits for a silent server."""
        if event not in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            return
        opened = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._sockets = [each for each in self._sockets if each.fileno() >= 0]
            self._sockets.append(opened)


class Retries:
    """Waits between attempts, longer each time, and gives up after so many failures in a row."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._failed = 0
        self._random = SystemRandom()

    def went_on(self) -> None:
        """The last attempt got further than all before it."""
        self._failed = 0

    def after(self, exc: TransientError) -> None:
        """Waits. Raises the failure when it is no use; JobCancelledError."""
        patience = self._web.patience
        if self._failed >= patience.retries or (exc.wait_s or 0) > patience.longest_asked_wait_s:
            raise exc.failure from exc
        wait_s = min(patience.longest_wait_s, patience.first_wait_s * 2**self._failed) * self._random.uniform(0.5, 1.0)
        self._failed += 1
        self._web.wait(wait_s if exc.wait_s is None else exc.wait_s + wait_s)


def insist(web: Web, attempt: Callable[[], _T]) -> _T:
    """The result of the first attempt that succeeds."""
    retries = Retries(web)
    while True:
        try:
            return attempt()
        except TransientError as exc:
            retries.after(exc)


def check_is_no_page(response: httpx.Response, name: str, host: str, start: bytes) -> None:
    """Raises SourceError when a web page came instead of the file: the sign-in page of a hotel's network, say."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"} or _looks_like_page(start):
        message = f"{host} sent a web page instead of {name}."
        hint = (
            "This happens when a network asks you to sign in first, or when the file was moved. Open any page in a "
            "browser, sign in if you are asked to, and start the download again."
        )
        raise SourceError(message, hint=hint)


def content_range(response: httpx.Response) -> tuple[int, int | None]:
    """First byte and size of the whole file; a start of -1 for what cannot be read."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", "").strip())
    if found is None:
        return -1, None
    return int(found[1]), None if found[2] == "*" else int(found[2])


def content_length(response: httpx.Response) -> int | None:
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def host_of(address: str) -> str:
    """Whom a message may name."""
    try:
        return httpx.URL(address).host or "the server"
    except httpx.InvalidURL:
        return "the server"


def _looks_like_page(start: bytes) -> bool:
    text = start[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"<!doctype html", b"<html"))


def _target(address: str, secrets: Mapping[str, SecretStr]) -> _Target:
    try:
        url = httpx.URL(address)
        if secrets:
            url = url.copy_merge_params({name: value.get_secret_value() for name, value in secrets.items()})
    except httpx.InvalidURL:
        message = "The address of a download is not valid."
        raise SourceError(message, hint="Check the project's name and version.") from None
    if not _is_allowed(url, url):
        message = f"{url.host or 'The server'} is asked over {url.scheme or 'no scheme'}, which is not secure."
        raise SourceError(message, hint="Only addresses that begin with https:// are fetched.")
    return _Target(url, url.host, url.path.rstrip("/").rpartition("/")[2] or "an answer", has_secrets=bool(secrets))


def _is_allowed(url: httpx.URL, before: httpx.URL) -> bool:
    """Https to everywhere; http only within this machine, and never as a step down from https."""
    if url.scheme == "https":
        return bool(url.host)
    return url.scheme == "http" == before.scheme and _is_loopback(url.host) and _is_loopback(before.host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _redirected(url: httpx.URL, location: str, host: str) -> httpx.URL:
    try:
        there = url.join(location)
    except httpx.InvalidURL:
        there = httpx.URL("")
    if not location or not _is_allowed(there, url):
        raise _refusal(host, there.scheme or "none")
    return there


def _refusal(host: str, scheme: str) -> SourceError:
    message = f"{host} leads away to an address that is not secure ({scheme}); it was not followed."
    return SourceError(message, hint="The source may have moved or been tampered with: look at its own web page.")


def _check_status(response: httpx.Response, target: _Target) -> None:
    status, host = response.status_code, target.host
    if response.is_success:
        return
    if status in {401, 403}:
        if target.has_secrets:
            hint = "Check the access key, and that its owner may use this data set; keys are shown in your account."
        else:
            hint = "Open the source's own web page: it may ask for an account or for its licence to be accepted."
        message = f"{host} refused access to {target.name} (HTTP {status})."
        raise AccessError(message, hint=hint)
    if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        message = "The proxy asks for a name and a password (HTTP 407)."
        raise NetworkError(message, hint="Put them into the variable HTTPS_PROXY: http://name:password@proxy:port.")
    if status in {404, 410}:
        message = f"{host} does not have {target.name} (HTTP {status})."
        raise MissingError(message, hint="The source may have moved it: look at its own web page.")
    if status in _BUSY:
        reason = "too many requests" if status == httpx.codes.TOO_MANY_REQUESTS else "it is out of order or overloaded"
        message = f"{host} does not answer now: {reason} (HTTP {status})."
        raise TransientError(NetworkError(message, hint=_LATER), wait_s=_asked_wait_s(response))
    message = f"{host} answered with HTTP {status} instead of {target.name}."
    raise SourceError(message, hint="The source may have changed: look at its own web page.")


def _asked_wait_s(response: httpx.Response) -> float | None:
    """Retry-After: seconds or a date."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _failure(exc: httpx.TransportError, host: str) -> TransientError | SourceError:
    causes = list(_causes(exc))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        message = f"The certificate of {host} could not be verified, so nothing was fetched."
        hint = (
            "Check this computer's date and time. Where a company or a virus scanner inspects connections, set "
            "SSL_CERT_FILE to its certificate file."
        )
        return NetworkError(message, hint=hint)
    if isinstance(exc, httpx.ProxyError):
        return TransientError(NetworkError("The proxy does not let the download through.", hint=_PROXY_HINT))
    hint = _PROXY_HINT if isinstance(exc, httpx.ConnectError) and _has_proxy(host) else "Check the internet connection."
    return TransientError(NetworkError(_reason(exc, causes, host), hint=f"{hint} {_LATER}"))


_PROXY_HINT = "A proxy is set for this computer: check the variables HTTPS_PROXY and NO_PROXY."


def _has_proxy(host: str) -> bool:
    proxies = getproxies()
    return bool(proxies.get("https") or proxies.get("all")) and not proxy_bypass(host)


def _reason(exc: httpx.TransportError, causes: list[BaseException], host: str) -> str:
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"The server {host} was not found."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refused the connection."
    if isinstance(exc, httpx.TimeoutException):
        return f"{host} did not answer in time."
    return f"The connection to {host} broke off."


def _causes(exc: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = exc
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
