"""A sign of life to a watchman outside, who calls the operator when it stays away."""

import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from tocsin.errors import ConfigError
from tocsin.sources.courtesy import agent, is_loopback

PERIOD_S = 30.0
"""Between two beats; a watchman who waits for two of them knows within a minute."""
_WAIT_S = 10.0


class Heartbeat:
    """Asks an address again and again while all is well, and not at all while it is not.

    Silence is the message, so that it also tells of a dead process, machine or network.
    """

    def __init__(self, url: str, is_well: Callable[[], bool], period_s: float = PERIOD_S) -> None:
        """`is_well` is asked before each beat. Raises ConfigError for an address that is none."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ConfigError(
                "engine.heartbeat_url", "is no web address", "Give https://HOST/PATH."
            )
        if parts.scheme == "http" and not is_loopback(url):
            raise ConfigError("engine.heartbeat_url", "is not encrypted", "Use https://.")
        self._url, self._is_well, self._period_s = url, is_well, period_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self.missed = 0
        """Beats that nobody took."""

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """End; a beat under way ends by its own deadline."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(self._period_s):
            if self._is_well():
                self._beat()

    def _beat(self) -> None:
        try:
            with httpx.stream(
                "GET", self._url, timeout=_WAIT_S, follow_redirects=False,
                headers={"User-Agent": agent("")}, trust_env=not is_loopback(self._url),
            ) as answer:  # fmt: skip
                self.missed += answer.status_code >= 300
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            self.missed += 1
