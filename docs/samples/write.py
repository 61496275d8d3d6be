"""Writes docs/samples: three events through their lives, in every format and language."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from life import LINK, TITLES, histories, messages  # noqa: E402

from tocsin.clock import HeldClock, parse_time_ms  # noqa: E402
from tocsin.model import Alert  # noqa: E402
from tocsin.render import LANGS, Voice, message  # noqa: E402
from tocsin.render.feeds import atom, geojson  # noqa: E402
from tocsin.sinks import load_sinks  # noqa: E402
from tocsin.sinks.data_form import data_of  # noqa: E402
from tocsin.sinks.data_form import message as webhook_body  # noqa: E402
from tocsin.sinks.mail import EmailSink  # noqa: E402
from tocsin.sinks.posting import PostingSink  # noqa: E402

NOW_MS = parse_time_ms("2026-11-21T05:02:00.000Z")
VOICES = {
    "en": Voice("en", "America/New_York", "imperial"),
    "es": Voice("es", "Europe/Madrid"),
    "pt": Voice("pt", "America/Sao_Paulo"),
    "fr": Voice("fr", "Europe/Paris"),
    "ja": Voice("ja", "Asia/Tokyo"),
    "ar": Voice("ar", "Africa/Cairo"),
}
"""A language, and the zone and units of some of those who speak it."""
FORMS = {"text": "txt", "email": "html", "cap": "xml", "webhook": "json", "jsonl": "jsonl"}
"""Ends of file names; any other format is JSON."""


def files() -> dict[str, str]:
    """Text by path below this folder, without the pictures."""
    found = {
        f"{form}/{lang}.{FORMS.get(form, 'json')}": text
        for lang in LANGS
        for form, text in _forms(VOICES[lang])
    }
    latest = [history[-1] for history in histories()]
    found["feeds/events.atom"] = atom(latest, NOW_MS).decode()
    found["feeds/events.geojson"] = _pretty(msgspec.json.encode(geojson(latest)))
    found["README.md"] = _readme(sorted({path.partition("/")[0] for path in found}))
    return found


def _forms(voice: Voice) -> Iterator[tuple[str, str]]:
    told = list(zip(TITLES, messages(), strict=True))
    lines = [f"=== {title} ===\n{message(one, voice).text()}\n" for title, one in told]
    yield "text", "\n".join(lines)
    yield (
        "jsonl",
        "".join(
            msgspec.json.encode({"key": one.key, **data_of(one, voice)}).decode() + "\n"
            for _, one in told
        ),
    )
    yield "webhook", _listed([(title, webhook_body(one, voice)) for title, one in told])
    for name, kind in sorted(load_sinks().items()):
        if not issubclass(kind, (PostingSink, EmailSink)):
            continue
        table: dict[str, Any] = tomllib.loads(kind.spec.example)
        table |= {"lang": voice.lang, "zone": voice.zone, "units": voice.units}
        sink = kind(kind.spec.checked(f"sinks.{name}", table), HeldClock(NOW_MS))
        yield name, _bodies(sink, told)
        sink.close()


def _bodies(sink: PostingSink | EmailSink, told: list[tuple[str, Alert]]) -> str:
    """What one sink would send, message after message."""
    if isinstance(sink, EmailSink):
        return "\n<hr>\n".join(_html(sink, one) for _, one in told)
    bodies = [(title, sink.content(one, NOW_MS)) for title, one in told]
    given = [(title, body) for title, body in bodies if body is not None]
    if sink.media.endswith("xml"):
        for _, body in given:
            ET.fromstring(body)
        return "\n".join(f"<!-- {title} -->\n{body.decode()}" for title, body in given)
    return _listed(given)


def _html(sink: EmailSink, one: Alert) -> str:
    mail = sink.letter([one])
    heads = "".join(f"{name}: {mail[name]}\n" for name in ("subject", "date", "message-id",
                    "in-reply-to", "references", "list-unsubscribe"))  # fmt: skip
    part = mail.get_body(("html",))
    assert part is not None
    html = part.get_content().strip()
    return f"<!--\n{heads.replace('--', '- -')}-->\n{html}\n"


def _listed(bodies: list[tuple[str, bytes]]) -> str:
    """One JSON object, by what happens in each message."""
    return _pretty(msgspec.json.encode({title: msgspec.Raw(body) for title, body in bodies}))


def _pretty(body: bytes) -> str:
    return msgspec.json.format(body, indent=1).decode() + "\n"


def _readme(forms: list[str]) -> str:
    rows = "\n".join(f"| [{form}]({form}/) |" for form in forms)
    return f"""# Samples

Three invented events through their lives, as a channel gets them. A wildfire is reported by posts,
gets worse, is confirmed by an agency, and is over. A flood is reported, turns out smaller than was
told, and is withdrawn. A third one is a drill. `python docs/samples/write.py` writes these files
from the code that sends; a test holds them to it.

Each folder is a format with one file for each language (en, es, pt, fr, ja, ar), each with a zone
of its own, English in miles and acres. What Apprise passes on to its services is `text`;
what goes out on NATS is `webhook`.

| format |
|---|
{rows}

The mail as a browser shows it: [English](mail-en.png), [Japanese](mail-ja.png),
[Arabic, from right to left](mail-ar.png).

Links in the samples lead nowhere: `{LINK.partition("/answer")[0]}` is no host.
"""


def main() -> int:
    """Write every file."""
    for path, text in files().items():
        (HERE / path).parent.mkdir(exist_ok=True)
        (HERE / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
