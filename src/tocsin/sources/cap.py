"""Official warnings in the Common Alerting Protocol: an index, and the messages it links to."""

from collections import OrderedDict, deque
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import SourceLost, SourceRefused, TocsinError
from tocsin.sources.cap_index import LINKS_MOST, Link, links_in
from tocsin.sources.courtesy import Quota, agent, is_loopback
from tocsin.sources.fetch import Fetch
from tocsin.sources.polled import AGENCY, COUNTRY, PolledFeed, common_fields
from tocsin.sources.polling import RETRY_AFTER_MOST_S, retry_after_s

SEEN_MOST = 4 * LINKS_MOST
"""Messages remembered so that none is fetched twice."""
TRIES = 3
"""How often a message that cannot be had is asked for."""
UNREACHED = b""
"""Stands for a message that could not be had, so that it is counted."""

_ACCEPT = "application/cap+xml, application/atom+xml;q=0.9, application/xml;q=0.8, */*;q=0.1"


class CapSource(PolledFeed):
    """Polls an index (or one message) and fetches what is new in it, one at a time."""

    wire: Literal["cap"] = "cap"
    accept = _ACCEPT
    spec: ClassVar[Spec] = Spec(
        name="cap",
        kind="bulletins",
        summary="Official warnings in CAP 1.2, by an Atom or RSS index or a single message.",
        fields=(
            *common_fields("", 60.0, 30.0),
            AGENCY,
            COUNTRY,
            Field(
                name="hosts",
                default=[],
                help="List other hosts (with port, if any) on which the index keeps its messages.",
            ),
            Field(
                name="pause_s",
                default=1.0,
                unit="s",
                low=0.2,
                high=60.0,
                help="Raise it to fetch the messages of an index more slowly.",
            ),
            Field(
                name="per_hour",
                default=1_800,
                unit="1/h",
                low=10,
                high=18_000,
                help="Lower it to what the agency allows; the rest waits.",
            ),
        ),
        example=(
            '[sources.weather]\ntype = "cap"\nurl = "https://api.weather.gov/alerts/active.atom"\n'
            'agency = "nws"\ncountry = "US"\ncontact = "ops@example.org"\n'
        ),
        family="cap",
        terms=(
            "National Weather Service: open data for any purpose, a User-Agent with a contact is "
            "asked for (quoted from its page, read 2026-11-22). MeteoAlarm: CC BY 4.0 with the "
            "time of issue and a link (notes, read 2026-11-22). Other agencies have their own "
            "terms, and each has a robots.txt: read both first."
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; raises ConfigError for an address that is none."""
        super().__init__(settings, clock)
        told = self.settings
        self._clock = clock
        self._url, self._headers = str(told["url"]), {
            "User-Agent": agent(str(told["contact"])), "Accept": _ACCEPT, "Accept-Encoding": "gzip",
        }  # fmt: skip
        hosts = told["hosts"]
        self._hosts = {urlsplit(self._url).netloc, *(hosts if isinstance(hosts, list) else [])}
        self._pause_s, self._next_s = float(str(told["pause_s"])), clock.monotonic_s()
        self._quota = Quota(int(str(told["per_hour"])), clock)
        self._queue: deque[tuple[Link, int]] = deque()
        self._seen: OrderedDict[Link, None] = OrderedDict()
        self._fetch: Fetch | None = None

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """New messages; there is no cursor. Raises SourceLost or SourceRefused."""
        if self._queue:
            return self._next_message(wait_s), None
        body = self.index.poll(wait_s)
        if body is None:
            return [], None
        links = links_in(body, self._url)
        if not links:
            # One message, an index with its messages inside, or something to be counted.
            return [body], None
        return [UNREACHED] * self._enqueue(links), None

    def close(self) -> None:
        """Forget requests under way; a message that was asked for stays in the queue."""
        super().close()
        if self._fetch is not None:
            self._fetch.abandon()
        self._fetch = None

    def _enqueue(self, links: list[Link]) -> int:
        """Queue what is new; returns how many lie where we may not go."""
        elsewhere = {urlsplit(link.url).netloc for link in links if not self._may_fetch(link)}
        if elsewhere and all(not self._may_fetch(link) for link in links):
            raise SourceRefused(
                f"{urlsplit(self._url).hostname} keeps its messages on {sorted(elsewhere)[0]}. "
                "Add that to hosts if it is right."
            )
        unreached = 0
        for link in links:
            if link in self._seen or len(self._queue) >= LINKS_MOST:
                continue
            self._seen[link] = None
            if len(self._seen) > SEEN_MOST:
                self._seen.popitem(last=False)
            if self._may_fetch(link):
                self._queue.append((link, 0))
            else:
                unreached += 1
        return unreached

    def _may_fetch(self, link: Link) -> bool:
        parts = urlsplit(link.url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(link.url))
        return safe and parts.netloc in self._hosts

    def _next_message(self, wait_s: float) -> list[bytes]:
        if self._fetch is None:
            due_s = max(self._next_s, self._quota.free_s())
            ahead_s = due_s - self._clock.monotonic_s()
            if ahead_s > 0:
                self._clock.sleep_s(min(wait_s, ahead_s))
                if ahead_s > wait_s:
                    return []
                wait_s -= ahead_s
            self._next_s = self._clock.monotonic_s() + self._pause_s
            self._quota.take()
            self._fetch = Fetch(self._queue[0][0].url, self._headers, self._clock)
        if not self._fetch.done.wait(max(0.0, wait_s)):
            return []
        fetch, self._fetch = self._fetch, None
        link, tries = self._queue.popleft()
        if fetch.retry_after:
            asked_s = retry_after_s(fetch.retry_after, self._clock.now_ms())
            now_s = self._clock.monotonic_s()
            self._next_s = max(self._next_s, now_s + min(asked_s, RETRY_AFTER_MOST_S))
        if fetch.body is not None:
            return [fetch.body]
        return self._failed(link, tries + 1, fetch.error)

    def _failed(self, link: Link, tries: int, error: TocsinError | None) -> list[bytes]:
        """Ask again later, behind the others, or give the message up."""
        if isinstance(error, SourceLost) and tries < TRIES:
            self._queue.append((link, tries))
            raise error
        return [UNREACHED]
