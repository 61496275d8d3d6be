"""One request in a thread of its own: bounded in time and bytes, within one host, one at a time."""

import threading
import zlib
from collections import defaultdict
from urllib.parse import urljoin, urlsplit

import httpx

from tocsin.clock import Clock
from tocsin.errors import ConfigError, SourceLost, SourceRefused, TocsinError
from tocsin.sources.courtesy import is_loopback

WIRE_BYTES = 5_000_000
"""Longest body taken off the wire (reliability R12)."""
BODY_BYTES = 8_388_608
"""Longest body after decompression."""
RATIO = 100
"""Most a body may grow in decompression, beyond its first 64 KiB."""

_REDIRECTS = 3
_STEP_S = 10.0
_TOTAL_S = 60.0
_SLACK_BYTES = 65_536
_HEADER_CHARS = 512
_GONE = frozenset({400, 401, 403, 404, 405, 410, 451})
_MOVED = frozenset({301, 302, 303, 307, 308})
_TURNS: "defaultdict[str, threading.Lock]" = defaultdict(threading.Lock)
"""Whoever asks a host waits for the one who asks it now: the feeds of thirty countries often lie
on one machine. It holds no more hosts than a configuration names."""


class Fetch:
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
        turn = _TURNS[urlsplit(url).netloc]
        if not turn.acquire(timeout=_TOTAL_S):
            self.error = SourceLost(f"{host} is still answering others. It is asked again later.")
            self.done.set()
            return
        try:
            # The minute counts from our turn on.
            self._until_s = self._clock.monotonic_s() + _TOTAL_S
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
            turn.release()
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


def _kept(header: str) -> str:
    fits = len(header) <= _HEADER_CHARS and header.isascii() and header.isprintable()
    return header if fits else ""
