"""Alerts as signed JSON by HTTP POST, in the form of Standard Webhooks."""

import logging
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from ssl import SSLContext, create_default_context

import httpx
import msgspec

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.model import Alert, Receipt
from tocsin.sinks.deadline import Deadline
from tocsin.sinks.signature import Secrets
from tocsin.sinks.target import Lookup, TargetRefused, checked_address, lookup, parsed

NOTE = "automatic, not an official warning"
_PATIENT = (408, 425, 429)

# httpx logs whole URLs, and the path of a webhook is often a secret.
logging.getLogger("httpx").setLevel(logging.WARNING)


class WebhookSink:
    """Posts each alert to one URL; a busy or silent receiver is asked again by the dispatcher."""

    spec = Spec(
        name="webhook",
        kind="sink",
        summary="Signed JSON by HTTP POST (Standard Webhooks).",
        fields=(
            Field(
                "url",
                None,
                "Where to post: an https URL, or http to this machine.",
                required=True,
                secret=True,
            ),
            Field(
                "secret",
                None,
                "whsec_ and 24 to 64 bytes in base64; several, newest first, with spaces between.",
                required=True,
                secret=True,
            ),
            Field("timeout_s", 10.0, "Longest wait for an answer.", unit="s", low=0.1, high=60.0),
            Field("allow_private", False, "Allow an address of a private network."),
            Field("ca_file", "", "Certificate authority to trust besides the usual ones."),
        ),
        example=(
            'url = "https://alerts.example.org/tocsin"\n'
            'secret = "whsec_aW52ZW50ZWQtc2VjcmV0LWZvci1kb2NzLW9ubHk="\n'
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        try:
            self._url = parsed(str(settings["url"]))
        except ValueError as error:
            raise ConfigError("url", str(error), "Write https://HOST/PATH.") from None
        try:
            self._secrets = Secrets(str(settings["secret"]))
        except ValueError as error:
            raise ConfigError("secret", str(error), "Make one of 32 random bytes.") from None
        self._allow_private = bool(settings.get("allow_private", False))
        self._timeout_s = float(str(settings.get("timeout_s", 10.0)))
        self._client = httpx.Client(
            timeout=self._timeout_s,
            verify=_trust(str(settings.get("ca_file", ""))),
            follow_redirects=False,
            # A proxy would resolve the name again, past the check.
            trust_env=False,
            # Alerts are few; a fresh connection is one whose address was just checked.
            limits=httpx.Limits(max_connections=2, max_keepalive_connections=0),
        )
        self.lookup: Lookup = lookup
        """How names become addresses; tests put a hostile resolver here."""

    def __repr__(self) -> str:
        return f"WebhookSink({self._url.host!r})"

    def send(self, alerts: Sequence[Alert], now_ms: int) -> Receipt:
        """Post each alert, signed at `now_ms` under its own constant key.

        Raises SinkBusy (silence, 408, 425, 429, 5xx, a refused address) or SinkRejected
        (any other answer but 2xx; a redirect is never followed).
        """
        for alert in alerts:
            self._post(alert, now_ms)
        return Receipt(accepted=len(alerts))

    def close(self) -> None:
        """Let go of connections; closing twice is fine."""
        self._client.close()

    def _post(self, alert: Alert, now_ms: int) -> None:
        host = self._url.host
        try:
            address = checked_address(self._url, self._allow_private, self.lookup)
            with Deadline(self._timeout_s) as deadline:
                status, retry_after = self._exchange(alert, address, now_ms, deadline)
        except TargetRefused as error:
            raise SinkBusy(
                f"webhook {host}: {error}. Set allow_private = true if you mean it.", 60.0
            ) from None
        except (httpx.HTTPError, OSError, ValueError) as error:
            # The kind alone: the text of a network error may hold the URL.
            late = isinstance(error, httpx.TimeoutException)
            problem = "no answer in time" if late else type(error).__name__
            raise SinkBusy(f"webhook {host}: {problem}.") from None
        _judge(host, status, retry_after, now_ms)

    def _exchange(
        self, alert: Alert, address: str, now_ms: int, deadline: Deadline
    ) -> tuple[int, str | None]:
        """Post to the checked address, under the name it was checked for; status, Retry-After."""
        body, at_s = message(alert), now_ms // 1000
        request = self._client.build_request(
            "POST",
            self._url.copy_with(host=address),
            content=body,
            headers={
                "host": self._url.netloc.decode("ascii"),
                "content-type": "application/json",
                "user-agent": "tocsin",
                "webhook-id": alert.key,
                "webhook-timestamp": str(at_s),
                "webhook-signature": self._secrets.sign(alert.key, at_s, body),
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


def message(alert: Alert) -> bytes:
    """The JSON body, the same bytes at every try."""
    data = {
        "kind": alert.kind,
        "watch": alert.watch,
        "meaning": alert.meaning,
        "why": alert.why,
        "event": alert.event,
        "note": NOTE,
    }
    envelope = {"type": "tocsin.alert", "timestamp": alert.event.at, "data": data}
    return msgspec.json.encode(envelope)


def _trust(ca_file: str) -> SSLContext:
    context = create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(Path(ca_file))
        except OSError:
            raise ConfigError("ca_file", "no certificate there", "Give a PEM file.") from None
    return context


def _judge(host: str, status: int, retry_after: str | None, now_ms: int) -> None:
    if 200 <= status < 300:
        return
    if status in _PATIENT or status >= 500:
        wait_s = None if retry_after is None else _seconds(retry_after, now_ms)
        raise SinkBusy(f"webhook {host}: answered {status}.", wait_s)
    remedy = {
        410: "The receiver is gone: take the sink out.",
        401: "Check the secret on both sides.",
        403: "Check the secret on both sides.",
    }.get(status, "Check the URL.")
    if 300 <= status < 400:
        remedy = "Redirects are not followed: write the final URL."
    raise SinkRejected(f"webhook {host}: answered {status}. {remedy}")


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
