"""Threads that serve channels: each channel by one of them at a time, and no idle crowd."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from tocsin.clock import Clock
from tocsin.deliver.dispatch import Dispatcher
from tocsin.errors import TocsinError
from tocsin.store import Store

CREW = 256
"""Most threads; a receiver that hangs keeps one of them busy until its time is up."""
SUSPECTS = CREW // 2
"""Most threads for receivers that failed last time, so that the others never wait for them."""
LOOK_S = 0.5
"""Longest pause before what nobody was woken for is looked at: retries, and what others kept."""


class Crew:
    """Serves a channel as soon as it is woken, and looks at all of them now and then.

    `failed` is called, in a thread of the crew, with the error of a store that cannot be used;
    that ends the crew.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        store: Store,
        clock: Clock,
        failed: Callable[[TocsinError], None],
        look_s: float = LOOK_S,
    ) -> None:
        self._dispatcher, self._store, self._clock = dispatcher, store, clock
        self._failed, self._look_s = failed, min(look_s, LOOK_S)
        self._channels = frozenset(dispatcher.channels)
        self._turn = threading.Condition()
        self._ready: OrderedDict[str, None] = OrderedDict()
        self._suspect: OrderedDict[str, None] = OrderedDict()
        self._busy: dict[str, bool] = {}
        """Channels that are served, and whether as a suspect."""
        self._again: set[str] = set()
        self._free = 0
        """Threads that wait for work or were just started for it."""
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._overseer = threading.Thread(target=self._oversee, name="deliver", daemon=True)

    def start(self) -> None:
        """Begin; whatever is owed already is looked at at once."""
        self._overseer.start()

    def wake(self, channels: Iterable[str]) -> None:
        """These channels are owed something new; returns at once."""
        with self._turn:
            for channel in channels:
                if channel in self._busy:
                    self._again.add(channel)
                elif channel in self._channels:
                    self._line_up(channel)
            self._man()

    def stop(self, wait_s: float = 10.0) -> None:
        """End after what is being sent, but wait for it no longer than that."""
        self._over.set()
        with self._turn:
            self._turn.notify_all()
        end_s = self._clock.monotonic_s() + wait_s
        for thread in (self._overseer, *self._threads):
            if thread.is_alive():
                thread.join(max(0.0, end_s - self._clock.monotonic_s()))

    def _oversee(self) -> None:
        while not self._over.is_set():
            try:
                owed = self._store.channels_owed()
            except TocsinError as error:
                self._fail(error)
                return
            self.wake({*owed, *self._dispatcher.renewing})
            self._over.wait(self._look_s)

    def _line_up(self, channel: str) -> None:
        line = self._suspect if self._dispatcher.is_suspect(channel) else self._ready
        line[channel] = None

    def _man(self) -> None:
        """As many threads as have something to do, within the bound; the condition is held."""
        wanted = len(self._ready) + min(len(self._suspect), SUSPECTS)
        for _ in range(min(wanted - self._free, CREW - len(self._threads))):
            self._free += 1
            name = f"deliver-{len(self._threads)}"
            thread = threading.Thread(target=self._serve, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._turn.notify(wanted)

    def _next(self) -> str | None:
        """The next channel to serve; waits for one, None when all is over."""
        with self._turn:
            while not self._over.is_set():
                if self._ready:
                    channel, _ = self._ready.popitem(last=False)
                    self._busy[channel], self._free = False, self._free - 1
                    return channel
                if self._suspect and sum(self._busy.values()) < SUSPECTS:
                    channel, _ = self._suspect.popitem(last=False)
                    self._busy[channel], self._free = True, self._free - 1
                    return channel
                self._turn.wait()
            return None

    def _serve(self) -> None:
        while (channel := self._next()) is not None:
            try:
                self._dispatcher.run_channel(channel, self._clock.now_ms())
            except TocsinError as error:
                # After the end the store may be closed under a send that still hung.
                if not self._over.is_set():
                    self._fail(error)
                return
            with self._turn:
                del self._busy[channel]
                self._free += 1
                if channel in self._again:
                    self._again.discard(channel)
                    self._line_up(channel)
                self._turn.notify()

    def _fail(self, error: TocsinError) -> None:
        self._failed(error)
        self._over.set()
        with self._turn:
            self._turn.notify_all()
