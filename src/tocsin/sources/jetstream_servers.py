"""Which Jetstream servers may be asked, and whose turn it is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tocsin.config import Value
from tocsin.errors import ConfigError, SourceLost, SourceRefused
from tocsin.sources.courtesy import is_loopback

FALLBACKS = 8
"""Most servers to turn to."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})(:[0-9]{1,5})?")


class Turns:
    """Servers that take turns: one that cannot be had hands over to the next."""

    def __init__(self, bases: tuple[str, ...]) -> None:
        self._bases = bases
        self._at = 0
        self._refusals = 0

    @property
    def now(self) -> str:
        """The server of the turn."""
        return self._bases[self._at]

    @property
    def more(self) -> bool:
        """Whether there is another one."""
        return len(self._bases) > 1

    def turn(self) -> None:
        """Hand over."""
        self._at = (self._at + 1) % len(self._bases)

    @contextmanager
    def tried(self) -> Iterator[None]:
        """Around an opening: a failure hands over, and only when all said no is it a refusal."""
        try:
            yield
        except SourceLost:
            self.turn()
            raise
        except SourceRefused as refused:
            self._refusals += 1
            if self._refusals >= len(self._bases):
                raise
            self.turn()
            raise SourceLost(f"{refused} The next server is asked.") from None
        self._refusals = 0


def address(url: str, host: str) -> str:
    """`wss://host` of the settings; raises ConfigError for none, or one that is not encrypted."""
    if not url:
        if not _HOST.fullmatch(host):
            raise ConfigError("host", "is no host name", "Give a name such as host.example:443.")
        return f"wss://{host}"
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not _HOST.fullmatch(parts.netloc):
        raise ConfigError(
            "url", "is no WebSocket address", "Give wss://HOST or ws://127.0.0.1:PORT."
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigError("url", "has a path", "Leave the path out; it follows from the wire.")
    base = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme == "ws" and not is_loopback(base):
        raise ConfigError("url", "is not encrypted", "Use wss:// for anything but this machine.")
    return base


def others(wanted: Value) -> list[str]:
    """Addresses of the fallback servers; raises ConfigError for one that is none."""
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise ConfigError("fallback", "is no list of servers", "Give names in brackets.")
    if len(wanted) > FALLBACKS:
        raise ConfigError("fallback", f"more than {FALLBACKS} servers", "Take some out.")
    try:
        return [address(each, "") if "//" in each else address("", each) for each in wanted]
    except ConfigError as error:
        raise ConfigError("fallback", error.problem, error.remedy) from None
