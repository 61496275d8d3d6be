"""`tocsin run`: the engine on a configuration, with the page beside it."""

import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from tocsin.cli.screen import emit, words
from tocsin.clock import Clock, SystemClock, rfc3339
from tocsin.config_file import Configuration, load
from tocsin.engine.assemble import assemble, place_finder
from tocsin.engine.heartbeat import Heartbeat
from tocsin.engine.listeners import Listeners, Notice
from tocsin.engine.live import Engine
from tocsin.engine.warm import Warming, is_cold, warm
from tocsin.model import Alert, Event
from tocsin.web.access import Access
from tocsin.web.app import create_app
from tocsin.web.blindness import Blindness
from tocsin.web.board import Board
from tocsin.web.delivery_api import Outbound
from tocsin.web.duty_api import Duty
from tocsin.web.live import health_of, metrics_of
from tocsin.web.reply import Desk
from tocsin.web.server import Served, serve
from tocsin.web.tokens import beside
from tocsin.web.watch_shelf import Shelf


def run(
    config: Annotated[Path, typer.Option(help="The configuration; see tocsin init.")] = Path(
        "tocsin.toml"
    ),
    seconds: Annotated[
        float | None, typer.Option(help="End by itself after this long.", min=0.1)
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Events, alerts and notices as JSON Lines on stdout.")
    ] = False,
) -> None:
    """Run the engine until interrupted: sources in, events on the page, alerts out."""
    configuration = load(config)
    tell = json_lines() if json else terminal_lines()
    live = Live(configuration, config.parent, SystemClock(), tell)
    words.print(f"Tocsin is on [link]{live.served.url}[/link]. End with Ctrl-C.")
    live.until_stopped(seconds)


class Live:
    """An engine with its page, from one configuration; `until_stopped` blocks."""

    def __init__(
        self,
        configuration: Configuration,
        folder: Path,
        clock: Clock,
        tell: Listeners,
        waits: bool = False,
    ) -> None:
        """With `waits` a first start waits until kernels are compiled."""
        self._warming = _begun(waits)
        try:
            self._prepare(configuration, folder, clock, tell)
        except BaseException:
            if self._warming:
                self._warming.stop()
            raise

    def _prepare(
        self, configuration: Configuration, folder: Path, clock: Clock, tell: Listeners
    ) -> None:
        board = Board()
        self.board = board
        self._blindness = Blindness(clock.now_ms(), self._posts)
        listeners = on_the_page(board, self._blindness, tell)
        self.engine = assemble(configuration, folder, clock, listeners)
        public_url = str(configuration.web["public_url"])
        secure = public_url.startswith("https://")
        tokens = beside(folder / str(configuration.store["path"]))
        tokens.tokens()  # A file that cannot be read is told at the start.
        access = Access(tokens, clock, secure=secure)
        app = create_app(
            board,
            lambda: health_of(self.engine, clock, self.engine.drill),
            lambda: metrics_of(self.engine, board, clock),
            corrections=self.engine.store.corrections.since,
            coverage=self.engine.coverage,
            shelf=Shelf(
                self.engine.store,
                self.engine.configured,
                configuration.channels,
                place_finder(),
                clock,
            ),
            duty=Duty(
                self.engine.store,
                clock,
                lambda channel: self.engine.dispatcher.try_out(channel, clock.now_ms()),
            ),
            replies=Desk(self.engine.links, self.engine.store, clock)
            if self.engine.links
            else None,
            outbound=Outbound(
                self.engine.store,
                lambda: self.engine.dispatcher.channels,
                lambda: self.engine.dispatcher.broken,
                self._blindness,
            ),
            public_host=urlsplit(public_url).hostname or "",
            access=access,
        )
        self.served: Served = serve(
            app,
            str(configuration.web["host"]),
            int(configuration.web["port"]),  # type: ignore[arg-type]
            elsewhere=secure and access.required,
        )
        url = str(configuration.engine["heartbeat_url"])
        self._heartbeat = Heartbeat(url, lambda: self._is_well(clock)) if url else None
        if self._warming:
            self._warming.start()

    def _posts(self) -> list[str]:
        """Names of the sources of posts."""
        return [each.name for each in self.engine.intakes if each.kind == "posts"]

    def _is_well(self, clock: Clock) -> bool:
        """Whether the line works and some source of posts is heard."""
        health = health_of(self.engine, clock)
        return health.ready and health.blind_since is None

    def until_stopped(self, seconds: float | None) -> None:
        """Run until a signal, a failure, or so many seconds have passed."""
        timer = threading.Timer(seconds, self.engine.stop) if seconds else None
        with _signals(self.engine):
            if timer:
                timer.daemon = True
                timer.start()
            if self._heartbeat:
                self._heartbeat.start()
            try:
                self.engine.run()
            finally:
                if self._heartbeat:
                    self._heartbeat.stop()
                if timer:
                    timer.cancel()
                if self._warming:
                    self._warming.stop()
                self.served.stop()


def _begun(waits: bool) -> Warming | None:
    """Kernels that are ready, or that other processes make ready while posts are read already."""
    if is_cold() and not waits:
        words.print(
            "First start: two processes compile in the background, for a minute or some more. "
            "Until then posts are read by plain Python, about a thousand a second."
        )
        return Warming(lambda: words.print("Compiled; from now on at full speed."))
    with words.status("getting ready (the first start compiles for a minute or two)"):
        if not warm():
            words.print(
                "[yellow]Plain Python reads the posts, about a thousand a second:[/] there is no "
                "compiler. What this machine reaches: tocsin doctor"
            )
    return None


class _signals:
    """Interrupt and terminate end the engine after the step it is in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._before: dict[int, Callable[..., object] | int | None] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, lambda *_: self._engine.stop())

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)


def on_the_page(board: Board, blindness: Blindness, tell: Listeners) -> Listeners:
    """Whoever is to be told, and the page before them."""

    def event(revision: Event) -> None:
        board.publish(revision)
        tell.event(revision)

    def alert(message: Alert) -> None:
        board.publish_alert(message)
        tell.alert(message)

    def notice(told: Notice) -> None:
        if told.what == "blind":
            blindness.hear(told.source, "deaf", told.since_ms)
            blindness.hear(told.source, "heard", told.until_ms)
        else:
            blindness.hear(told.source, told.what, told.since_ms)
        tell.notice(told)

    def recalled(known: Sequence[Event]) -> None:
        for revision in known:
            board.publish(revision)
        if known and tell.recalled is not None:
            tell.recalled(known)

    return Listeners(event, alert, notice, recalled)


def json_lines() -> Listeners:
    """Everything as JSON Lines on stdout."""
    return Listeners(
        lambda event: emit({"event": event}),
        lambda alert: emit({"alert": alert}),
        lambda told: emit(
            {"notice": {"source": told.source, "what": told.what, "since": rfc3339(told.since_ms)}}
        ),
    )


_NOTICES = {
    "deaf": "[bold red]deaf[/]   {} is silent beyond its habit; see: tocsin doctor sources",
    "heard": "[green]heard[/]  {} speaks again",
    "gap": "[yellow]gap[/]    {} may have missed deletions; what it told before is forgotten",
    "blind": "[yellow]blind[/]  {} cannot be read again; what it sent since then is not known",
}
_LEVEL_STYLE = {"green": "green", "yellow": "bold yellow", "red": "bold red"}


def terminal_lines() -> Listeners:
    """One line for each new event and each alert, on stderr."""

    def event(revision: Event) -> None:
        style = _LEVEL_STYLE[revision.level]
        words.print(
            f"{revision.at[11:19]}  [{style}]{revision.level:<6}[/] {revision.headline}",
            highlight=False,
        )

    def alert(message: Alert) -> None:
        words.print(
            f"{message.event.at[11:19]}  [bold]{message.kind}[/] to {message.channel}: "
            f"{message.event.headline}",
            highlight=False,
        )

    def notice(told: Notice) -> None:
        since = rfc3339(told.since_ms)[11:19]
        words.print(f"{since}  {_NOTICES[told.what].format(told.source)}", highlight=False)

    def recalled(known: Sequence[Event]) -> None:
        events = "1 event" if len(known) == 1 else f"{len(known):,} events"
        words.print(f"{events} of earlier starts on the page", highlight=False)

    return Listeners(event, alert, notice, recalled)
