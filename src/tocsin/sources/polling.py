"""Asks an address again and again, politely: conditional, bounded, never late, one at a time."""

import hashlib
import threading
import zlib
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import httpx

from tocsin.clock import Clock
from tocsin.errors import ConfigError, SourceLost, SourceRefused, TocsinError
from tocsin.sources.courtesy import agent, is_loopback

WIRE_BYTES = 5_000_000
"""Longest body taken off the wire (reliability R12)."""
BODY_BYTES = 8_388_608
"""Longest body after decompression."""
RATIO = 100
"""Most a body may grow in decompression, beyond its first 64 KiB."""
RETRY_AFTER_MOST_S = 3_600.0
"""Longest wait a server may ask for; beyond it we ask once an hour."""

_REDIRECTS = 3
_STEP_S = 10.0
_TOTAL_S = 60.0
_SLACK_BYTES = 65_536
_HEADER_CHARS = 512
_GONE = frozenset({400, 401, 403, 404, 405, 410, 451})
_MOVED = frozenset({301, 302, 303, 307, 308})


class ConditionalGet:
    """One address, fetched in the background when due; a body comes once per change."""

    def __init__(self, url: str, period_s: float, contact: str, clock: Clock) -> None:
        """Raises ConfigError for an address that is none or not encrypted."""
        self._url = checked_url(url)
        self._period_s = period_s
        self._agent = agent(contact)
        self._clock = clock
        self._due_s = clock.monotonic_s()
        self._etag = ""
        self._modified = ""
        self._digest = b""
        self._fetch: _Fetch | None = None
        self.heard_ms: int | None = None
        """When the server last answered, be it that nothing changed."""

    def poll(self, wait_s: float) -> bytes | None:
        """The body if it changed and came within `wait_s` seconds, else None.

        Raises SourceLost (try again later; a Retry-After is kept whoever asks) or
        SourceRefused (this address will not answer; the text says what to change).
        """
        if self._fetch is None:
            ahead_s = self._due_s - self._clock.monotonic_s()
            if ahead_s > 0:
                self._clock.sleep_s(min(wait_s, ahead_s))
                if ahead_s > wait_s:
                    return None
                wait_s -= ahead_s
            self._due_s = self._clock.monotonic_s() + self._period_s
            self._fetch = _Fetch(self._url, self._headers(), self._clock)
        if not self._fetch.done.wait(max(0.0, wait_s)):
            return None
        fetch, self._fetch = self._fetch, None
        return self._changed(fetch)

    def close(self) -> None:
        """Forget a request under way; its thread ends by its own deadlines."""
        if self._fetch is not None:
            self._fetch.abandon()
        self._fetch = None

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip"}
        if self._etag:
            headers["If-None-Match"] = self._etag
        if self._modified:
            headers["If-Modified-Since"] = self._modified
        return headers

    def _changed(self, fetch: "_Fetch") -> bytes | None:
        if fetch.retry_after:
            asked_s = retry_after_s(fetch.retry_after, self._clock.now_ms())
            now_s = self._clock.monotonic_s()
            self._due_s = max(self._due_s, now_s + min(asked_s, RETRY_AFTER_MOST_S))
        if fetch.error is not None:
            raise fetch.error
        self.heard_ms = self._clock.now_ms()
        if fetch.body is None:
            return None
        self._etag, self._modified = fetch.etag, fetch.modified
        digest = hashlib.blake2b(fetch.body, digest_size=16).digest()
        if digest == self._digest:
            return None
        self._digest = digest
        return fetch.body


class _Fetch:
    """One request in a thread of its own, so that whoever waits never waits too long."""

    def __init__(self, url: str, headers: dict[str, str], clock: Clock) -> None:
        self._clock = clock
        self._until_s = clock.monotonic_s() + _TOTAL_S
        self.done = threading.Event()
        self.body: bytes | None = None
        self.error: TocsinError | None = None
        self.etag = self.modified = self.retry_after = ""
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, args=(url, headers), daemon=True)
        self._thread.start()

    def abandon(self) -> None:
        """Stop at the next chunk."""
        self._abandoned = True

    def _run(self, url: str, headers: dict[str, str]) -> None:
        host = urlsplit(url).hostname
        try:
            loopback = is_loopback(url)
            with httpx.Client(
                timeout=_STEP_S, headers=headers, follow_redirects=False, trust_env=not loopback
            ) as client:
                self._follow(client, url)
        except TocsinError as error:
            self.error = error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            self.error = SourceLost(
                f"{host}: no answer ({type(error).__name__}). Check the network and the address."
            )
        finally:
            self.done.set()

    def _follow(self, client: httpx.Client, url: str) -> None:
        host = urlsplit(url).hostname
        for _ in range(_REDIRECTS + 1):
            with client.stream("GET", url) as answer:
                if answer.status_code not in _MOVED:
                    self._take(str(host), answer)
                    return
                target = urljoin(url, answer.headers.get("Location", ""))
            if urlsplit(target)[:2] != urlsplit(url)[:2]:
                raise SourceRefused(
                    f"{host} sends us to another host. Put the new address into url if it is right."
                )
            url = target
        raise SourceRefused(f"{host} redirects in circles. Check url.")

    def _take(self, host: str, answer: httpx.Response) -> None:
        status = answer.status_code
        self.retry_after = answer.headers.get("Retry-After", "")[:64]
        if status == 304:
            return
        if status in _GONE:
            raise SourceRefused(f"{host} answers HTTP {status}. Check url, or whether it moved.")
        if status != 200:
            raise SourceLost(f"{host} answers HTTP {status}. It is asked again later.")
        self.body = self._read(host, answer)
        self.etag = _kept(answer.headers.get("ETag", ""))
        self.modified = _kept(answer.headers.get("Last-Modified", ""))

    def _read(self, host: str, answer: httpx.Response) -> bytes:
        """The body within all bounds; decompressed here because a bomb must not unfold first."""
        coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
        if coding not in ("gzip", "identity", ""):
            raise SourceLost(
                f"{host} answers in the coding {coding[:20]!r}, which was not asked for."
            )
        inflater = zlib.decompressobj(wbits=31) if coding == "gzip" else None
        body = bytearray()
        taken = 0
        for chunk in answer.iter_raw():
            taken += len(chunk)
            if self._abandoned or self._clock.monotonic_s() > self._until_s:
                raise SourceLost(f"{host} is too slow. It is asked again later.")
            if taken > WIRE_BYTES:
                raise SourceLost(f"{host} sends over {WIRE_BYTES} bytes. Choose a smaller feed.")
            try:
                body += (
                    inflater.decompress(chunk, BODY_BYTES + 1 - len(body)) if inflater else chunk
                )
            except zlib.error:
                raise SourceLost(f"{host} sends damaged gzip. It is asked again later.") from None
            if len(body) > min(BODY_BYTES, RATIO * taken + _SLACK_BYTES):
                raise SourceLost(
                    f"{host} sends a body that unfolds without end. Choose another feed."
                )
        if inflater is not None and not inflater.eof:
            raise SourceLost(f"{host} broke off in the middle. It is asked again later.")
        return bytes(body)


def checked_url(url: str) -> str:
    """The address, if it is https or stays on this machine; else ConfigError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ConfigError("url", "is no web address", "Give https://HOST/PATH without a password.")
    if parts.scheme == "http" and not is_loopback(url):
        raise ConfigError("url", "is not encrypted", "Use https:// for anything but this machine.")
    return url


def retry_after_s(value: str, now_ms: int) -> float:
    """Seconds of a Retry-After header, given as a number or a date; 0 when it is neither."""
    if value.strip().isdecimal():
        return float(int(value.strip()[:9]))
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now_ms / 1000)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _kept(header: str) -> str:
    fits = len(header) <= _HEADER_CHARS and header.isascii() and header.isprintable()
    return header if fits else ""
