"""`tocsin coverage`: which languages and countries a running engine hears."""

from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer
from rich.table import Table

from tocsin.cli.screen import emit, result, words
from tocsin.config_file import load
from tocsin.engine.coverage import EVERY, UNSAID, Coverage, Heard
from tocsin.errors import InputError

_WAIT_S = 10.0
_BYTES = 5_000_000


def coverage(
    config: Annotated[
        Path, typer.Option("--config", "-c", help="The configuration of the running engine.")
    ] = Path("tocsin.toml"),
    json: Annotated[bool, typer.Option("--json", help="The table as JSON.")] = False,
) -> None:
    """Say which languages and countries were heard in the last day, in bands of voices.

    Asks the page of the engine that runs with this configuration. What is not in the table was
    heard from fewer than five voices, or not at all.
    """
    web = load(config).web
    host, port = str(web["host"]), int(str(web["port"]))
    if not port:
        raise InputError("web.port: is 0, so the page may be anywhere. Give it a port of its own.")
    found = _asked(f"http://{f'[{host}]' if ':' in host else host}:{port}/api/coverage")
    if json:
        emit(found)
        return
    table = Table(title=f"heard since {found.since[:16].replace('T', ' ')} UTC")
    for name in ("language", "country", "voices"):
        table.add_column(name)
    for each in found.heard:
        table.add_row(*_row(each))
    result.print(table)
    words.print(f"Not heard: {', '.join(found.unheard) or 'none of the languages known'}")


def _asked(url: str) -> Coverage:
    try:
        answer = httpx.get(url, timeout=_WAIT_S, trust_env=False)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content[:_BYTES], type=Coverage)
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.MsgspecError) as error:
        raise InputError(
            f"{url}: no answer ({type(error).__name__}). Start the engine with tocsin run."
        ) from None


def _row(each: Heard) -> tuple[str, str, str]:
    lang = {EVERY: "all", "und": "not known"}.get(each.lang, each.lang)
    country = {EVERY: "all", UNSAID: "none named"}.get(each.country, each.country)
    return lang, country, each.voices
