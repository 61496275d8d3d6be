"""One target of the Apprise library, for the many services it reaches; an optional extra."""

import importlib
import warnings
from collections.abc import Sequence
from typing import Any

import httpx

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError, SinkBusy
from tocsin.model import Alert, Receipt
from tocsin.render import digest_text, digest_title, message
from tocsin.sinks.posting import VOICE_FIELDS, clipped, together, voice_of
from tocsin.sinks.target import Lookup, TargetRefused, checked_address, lookup

TEXT_CHARS = 8_000
_REFUSED = (
    "json", "jsons", "xml", "xmls", "form", "forms", "syslog", "file", "windows", "macosx", "dbus",
    "glib", "gnome", "kde", "qt",
)  # fmt: skip
"""Targets that would post anywhere, past the guard of the webhook sink, or need no network."""
_KINDS = {"green": "info", "yellow": "warning", "red": "failure"}


class AppriseSink:
    """Sends through exactly one target, so that one failing service never repeats another."""

    spec = Spec(
        name="apprise",
        kind="sink",
        summary="One target of the Apprise library; needs the extra `tocsin[apprise]`.",
        fields=(
            Field("url", None, "The target as Apprise writes it.", required=True, secret=True),
            Field("allow_private", False, "Allow an address of a private network."),
            *VOICE_FIELDS,
        ),
        example='url = "ntfys://push.example.org/invented-topic"\n',
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        self._voice = voice_of(settings)
        self._allow_private = bool(settings.get("allow_private", False))
        url = str(settings["url"])
        if url.partition(":")[0].lower() in _REFUSED or any(c.isspace() or c == "," for c in url):
            raise ConfigError("url", "this target is not allowed", "Use the webhook sink instead.")
        try:
            with warnings.catch_warnings():
                # What the library warns of while it loads is nothing an operator can mend.
                warnings.simplefilter("ignore")
                apprise = importlib.import_module("apprise")
        except ImportError:
            remedy = "Install the extra: pip install 'tocsin[apprise]'."
            raise ConfigError("type", "Apprise is not installed", remedy) from None
        self._target: Any = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if self._target is None:
            raise ConfigError("url", "Apprise does not know it", "See its list of services.")
        self.lookup: Lookup = lookup
        """How names become addresses; tests put a hostile resolver here."""

    def __repr__(self) -> str:
        return f"AppriseSink({type(self._target).__name__!r})"

    def send(self, alerts: Sequence[Alert], now_ms: int) -> Receipt:
        """Notify; Apprise says no more than yes or no, so every no is SinkBusy."""
        for group in together(alerts):
            if len(group) == 1:
                said = message(group[0], self._voice)
                self._notify(said.title, said.text(), _KINDS[said.level])
            else:
                title = digest_title(group, self._voice)
                self._notify(title, digest_text(group, self._voice), "warning")
        return Receipt(accepted=len(alerts))

    def close(self) -> None:
        """Nothing is held open between two messages."""

    def _notify(self, title: str, text: str, kind: str) -> None:
        service = type(self._target).__name__
        try:
            self._guard()
            taken = self._target.notify(
                body=clipped(text, TEXT_CHARS), title=title, notify_type=kind
            )
        except TargetRefused as error:
            raise SinkBusy(
                f"apprise {service}: {error}. Set allow_private = true if you mean it.", 60.0
            ) from None
        except Exception as error:
            # The library of a stranger; the text of its errors may hold the target.
            raise SinkBusy(f"apprise {service}: {type(error).__name__}.") from None
        if not taken:
            raise SinkBusy(f"apprise {service}: not taken. Check the target.")

    def _guard(self) -> None:
        """Refuse a private host that the target names itself."""
        host = getattr(self._target, "host", None)
        # In many targets that place holds a token, which is not to be asked of any resolver.
        if isinstance(host, str) and ("." in host or ":" in host or host == "localhost"):
            checked_address(httpx.URL(scheme="https", host=host), self._allow_private, self.lookup)
