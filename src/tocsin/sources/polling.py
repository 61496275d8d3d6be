"""Asks an address again and again, politely: conditional, patient, never late, one at a time."""

import hashlib
import random
from email.utils import parsedate_to_datetime

from tocsin.clock import Clock
from tocsin.errors import SourceLost
from tocsin.sources.courtesy import agent
from tocsin.sources.fetch import Fetch, checked_url

RETRY_AFTER_MOST_S = 3_600.0
"""Longest wait a server may ask for; beyond it we ask once an hour."""

JITTER = 0.1
"""Share of a wait by which it may be longer, so that many installations do not ask as one."""
_DOUBLINGS = 6


class ConditionalGet:
    """One address, fetched in the background when due; a body comes once per change."""

    def __init__(
        self,
        url: str,
        period_s: float,
        contact: str,
        clock: Clock,
        rng: random.Random | None = None,
        accept: str = "",
    ) -> None:
        """`rng` stretches the waits by chance. Raises ConfigError for an address that is none or
        not encrypted."""
        self._url = checked_url(url)
        self._period_s = period_s
        self._agent = agent(contact)
        self._clock = clock
        self._due_s = clock.monotonic_s()
        self._etag = ""
        self._modified = ""
        self._digest = b""
        self._fetch: Fetch | None = None
        self._rng, self._accept = rng, accept
        self._failures = 0
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
            self._due_s = self._clock.monotonic_s() + self._stretched(self._period_s)
            self._fetch = Fetch(self._url, self._headers(), self._clock)
        if not self._fetch.done.wait(max(0.0, wait_s)):
            return None
        fetch, self._fetch = self._fetch, None
        return self._changed(fetch)

    def close(self) -> None:
        """Forget a request under way; its thread ends by its own deadlines."""
        if self._fetch is not None:
            self._fetch.abandon()
        self._fetch = None

    def _put_off(self) -> None:
        """After the second failure in a row wait twice as long each time, an hour at most."""
        wait_s = self._period_s * 2.0 ** min(self._failures, _DOUBLINGS)
        self._failures += 1
        if self._failures > 1:
            most_s = max(self._period_s, RETRY_AFTER_MOST_S)
            now_s = self._clock.monotonic_s()
            self._due_s = max(self._due_s, now_s + self._stretched(min(wait_s, most_s)))

    def _stretched(self, wait_s: float) -> float:
        return wait_s * (1.0 + (self._rng.uniform(0.0, JITTER) if self._rng is not None else 0.0))

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip"}
        if self._accept:
            headers["Accept"] = self._accept
        if self._etag:
            headers["If-None-Match"] = self._etag
        if self._modified:
            headers["If-Modified-Since"] = self._modified
        return headers

    def _changed(self, fetch: Fetch) -> bytes | None:
        if fetch.retry_after:
            asked_s = retry_after_s(fetch.retry_after, self._clock.now_ms())
            now_s = self._clock.monotonic_s()
            self._due_s = max(self._due_s, now_s + min(asked_s, RETRY_AFTER_MOST_S))
        if fetch.error is not None:
            if isinstance(fetch.error, SourceLost):
                self._put_off()
            raise fetch.error
        self.heard_ms = self._clock.now_ms()
        self._failures = 0
        if fetch.body is None:
            return None
        self._etag, self._modified = fetch.etag, fetch.modified
        digest = hashlib.blake2b(fetch.body, digest_size=16).digest()
        if digest == self._digest:
            return None
        self._digest = digest
        return fetch.body


def retry_after_s(value: str, now_ms: int) -> float:
    """Seconds of a Retry-After header, given as a number or a date; 0 when it is neither."""
    if value.strip().isdecimal():
        return float(int(value.strip()[:9]))
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now_ms / 1000)
    except (ValueError, TypeError, OverflowError):
        return 0.0
