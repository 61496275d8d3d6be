"""`tocsin demo`: the whole line on an invented world, page open, webhook received."""

import secrets
import tempfile
import webbrowser
from base64 import b64encode
from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.cli.run import Live, json_lines, terminal_lines
from tocsin.cli.screen import words
from tocsin.clock import SystemClock
from tocsin.config_file import parse
from tocsin.deliver import Receiver

_CONFIGURATION = """
[web]
port = {port}
[engine]
step_s = 0.25
[store]
path = "demo.db"
[sources.world]
type = "synthetic"
seed = {seed}
[sources.offices]
type = "synthetic_bulletins"
seed = {seed}
[sinks.receiver]
type = "webhook"
url = "{url}"
secret = "{secret}"
allow_private = true
[[watches]]
hazards = "any"
min_level = "yellow"
channel = "receiver"
[[watches]]
hazards = "any"
min_level = "yellow"
channel = "page"
"""


def demo(
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.")] = 8750,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a page.")] = False,
    seconds: Annotated[
        float | None, typer.Option(help="End by itself after this long.", min=0.1)
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another world.")] = 39,
    json: Annotated[bool, typer.Option("--json", help="Events and alerts as JSON Lines.")] = False,
) -> None:
    """Show everything at once, on this machine only: invented posts, events, page, alerts.

    No account and no network are needed; state lives in a temporary folder and goes with it.
    """
    clock = SystemClock()
    secret = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
    receiver = Receiver(secret, clock, None if json else _received).start()
    try:
        with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
            configuration = parse(
                _CONFIGURATION.format(port=port, seed=seed, url=receiver.url, secret=secret)
            )
            # Its history of a day would keep plain Python busy for longer than compiling takes.
            live = Live(
                configuration, Path(folder), clock, json_lines() if json else terminal_lines(),
                waits=True,
            )  # fmt: skip
            words.print(
                f"ready: [bold link={live.served.url}]{live.served.url}[/]  "
                "The first event comes within seconds. End with Ctrl-C."
            )
            if not no_browser:
                webbrowser.open(live.served.url)
            live.until_stopped(seconds)
            words.print(
                f"{live.board.counts().get('events', 0)} events seen, "
                f"{len(receiver.received)} webhooks received, {receiver.repeats} repeats."
            )
    finally:
        receiver.stop()


def _received(data: dict[str, Any]) -> None:
    words.print(f"          webhook received: {data.get('kind')}", highlight=False)
