"""One guarded HTTP exchange: a checked address, a hard end, and a verdict from the answer."""

import logging
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from ssl import SSLContext, create_default_context

import httpx

from tocsin.config import Field, Value
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.sinks.deadline import Deadline
from tocsin.sinks.target import Lookup, TargetRefused, checked_address, lookup, parsed

NET_FIELDS = (
    Field("timeout_s", 10.0, "Longest wait for an answer.", unit="s", low=0.1, high=20.0),
    Field("allow_private", False, "Allow an address of a private network."),
    Field("ca_file", "", "Certificate authority to trust besides the usual ones."),
)
"""What every sink that speaks HTTP lets its operator set."""
_PATIENT = (408, 425, 429)

# httpx logs whole URLs, and the path of a webhook is often a secret.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Outlet:
    """Posts to one URL of a sink called `kind`; `setting` is the name under which it was given."""

    def __init__(self, kind: str, url: str, settings: Mapping[str, Value], setting: str = "url"):
        try:
            self._url = parsed(url)
        except ValueError as error:
            raise ConfigError(setting, str(error), "Write https://HOST/PATH.") from None
        self._kind = kind
        self._allow_private = bool(settings.get("allow_private", False))
        self._timeout_s = float(str(settings.get("timeout_s", 10.0)))
        self._client = httpx.Client(
            timeout=self._timeout_s,
            verify=trust(str(settings.get("ca_file", ""))),
            follow_redirects=False,
            # A proxy would resolve the name again, past the check.
            trust_env=False,
            # Alerts are few; a fresh connection is one whose address was just checked.
            limits=httpx.Limits(max_connections=2, max_keepalive_connections=0),
        )
        self.lookup: Lookup = lookup
        """How names become addresses; tests put a hostile resolver here."""

    @property
    def host(self) -> str:
        """The host alone: all that may be shown of the URL."""
        return self._url.host

    def post(self, content: bytes, headers: Mapping[str, str], now_ms: int) -> None:
        """One POST; returns when it was taken.

        Raises SinkBusy (silence, 408, 425, 429, 5xx, a refused address) or SinkRejected
        (any other answer but 2xx; a redirect is never followed).
        """
        host = self._url.host
        try:
            address = checked_address(self._url, self._allow_private, self.lookup)
            with Deadline(self._timeout_s) as deadline:
                status, retry_after = self._exchange(content, headers, address, deadline)
        except TargetRefused as error:
            raise SinkBusy(
                f"{self._kind} {host}: {error}. Set allow_private = true if you mean it.", 60.0
            ) from None
        except (httpx.HTTPError, OSError, ValueError) as error:
            # The kind alone: the text of a network error may hold the URL.
            late = isinstance(error, httpx.TimeoutException)
            problem = "no answer in time" if late else type(error).__name__
            raise SinkBusy(f"{self._kind} {host}: {problem}.") from None
        _judge(f"{self._kind} {host}", status, retry_after, now_ms)

    def close(self) -> None:
        """Let go of connections; closing twice is fine."""
        self._client.close()

    def _exchange(
        self, content: bytes, headers: Mapping[str, str], address: str, deadline: Deadline
    ) -> tuple[int, str | None]:
        """Post to the checked address, under the name it was checked for; status, Retry-After."""
        request = self._client.build_request(
            "POST",
            self._url.copy_with(host=address),
            content=content,
            headers={
                "host": self._url.netloc.decode("ascii"),
                "user-agent": "tocsin",
                **headers,
            },
            extensions={
                "sni_hostname": self._url.raw_host.decode("ascii"),
                "trace": deadline.trace,
            },
        )
        # The answer's body is not read: nothing in it matters, and it may have no end.
        response = self._client.send(request, stream=True)
        response.close()
        return response.status_code, response.headers.get("retry-after")


@lru_cache(maxsize=16)
def trust(ca_file: str) -> SSLContext:
    """The usual authorities and one more; raises ConfigError when its file is none.

    Sinks share them: a thousand sets of authorities would take half a minute and much memory.
    """
    context = create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(Path(ca_file))
        except OSError:
            raise ConfigError("ca_file", "no certificate there", "Give a PEM file.") from None
    return context


def _judge(who: str, status: int, retry_after: str | None, now_ms: int) -> None:
    if 200 <= status < 300:
        return
    if status in _PATIENT or status >= 500:
        wait_s = None if retry_after is None else _seconds(retry_after, now_ms)
        raise SinkBusy(f"{who}: answered {status}.", wait_s)
    remedy = {
        410: "The receiver is gone: take the sink out.",
        401: "Check the secret on both sides.",
        403: "Check the secret on both sides.",
    }.get(status, "Check the URL.")
    if 300 <= status < 400:
        remedy = "Redirects are not followed: write the final URL."
    raise SinkRejected(f"{who}: answered {status}. {remedy}")


def _seconds(retry_after: str, now_ms: int) -> float | None:
    """Retry-After as seconds from now, from a count or an HTTP date; None when it is neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now_ms / 1000)
