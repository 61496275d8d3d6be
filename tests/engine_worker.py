"""Runs whole engines one after another, each in a process of its own that may die at a step."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import traceback
from functools import cache
from pathlib import Path

STEPS = ("read", "admit", "report", "alert", "commit", "send", "mark")


class Reaper:
    """Kills this very process before or after the n-th time that a step has something to do."""

    def __init__(self, step: str, after: bool, times: int, armed: Path | None = None) -> None:
        """With `armed` steps count only while that file is there."""
        self.step, self.after, self.left, self._turn = step, after, times, threading.Lock()
        self.armed = armed

    def wrap(self, owner: type, name: str, step: str, matters) -> None:
        """Let the method of a class count as a step; `matters(result, args)` when it does."""
        method = getattr(owner, name)

        def stepped(itself, *args, **more):
            if step != self.step:
                return method(itself, *args, **more)
            if not self.after and matters(None, args):
                self._pass()
            result = method(itself, *args, **more)
            if self.after and matters(result, args):
                self._pass()
            return result

        setattr(owner, name, stepped)

    def _pass(self) -> None:
        if self.armed is not None and not self.armed.exists():
            return
        with self._turn:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def mortal(step: str, after: bool, times: int, armed: Path | None) -> None:
    """Lay the reaper's hand on every step of the engine."""
    from tocsin.deliver import Desk
    from tocsin.gate import Gate
    from tocsin.pipeline import Pipeline
    from tocsin.sinks.webhook import WebhookSink
    from tocsin.sources.columns import count_of
    from tocsin.sources.jetstream import JetstreamSource
    from tocsin.store import Store

    reaper = Reaper(step, after, times, armed)
    always = lambda result, args: True  # noqa: E731
    reaper.wrap(
        JetstreamSource,
        "read_block",
        "read",
        lambda result, args: not result or count_of(result[0]),
    )
    reaper.wrap(Gate, "enter", "admit", lambda result, args: len(args[0]) > 0)
    reaper.wrap(Pipeline, "step", "report", lambda result, args: not result or bool(result.events))
    reaper.wrap(Desk, "take", "alert", lambda result, args: bool(args[0]))
    reaper.wrap(Store, "commit_step", "commit", lambda result, args: bool(args[1]))
    reaper.wrap(WebhookSink, "send", "send", always)
    reaper.wrap(Store, "mark", "mark", always)
    reaper.wrap(Store, "checkpoint", "truncate", always)


def live(folder: Path, order: dict) -> None:
    """One engine from its configuration, until it is killed or asked to end."""
    from tocsin.clock import SystemClock
    from tocsin.config_file import load
    from tocsin.engine.assemble import assemble
    from tocsin.engine.live import Listeners

    if order.get("step"):
        armed = Path(order["armed"]) if "armed" in order else None
        mortal(order["step"], order["after"], order["times"], armed)
    engine = assemble(
        load(folder / "tocsin.toml"), folder, SystemClock(), Listeners(lambda _: None, lambda _: 0)
    )
    engine._rng = random.Random()
    signal.signal(signal.SIGTERM, lambda *_: engine.stop())
    engine.run()


def main(folder: Path) -> None:
    """Load what nothing writes to, then start a fresh engine for each line of orders.

    This process opens no store, no socket and no thread, so what a fork is spared is reading
    code, compiled kernels and tables again; one order in some is for an engine that starts cold,
    from an interpreter of its own, as `tocsin run` does.
    """
    from tocsin.config_file import load
    from tocsin.engine.assemble import build_watches
    from tocsin.engine.warm import warm
    from tocsin.vocabulary.gazetteer import Gazetteer

    Gazetteer.load = cache(Gazetteer.load)
    warm()
    build_watches(load(folder / "tocsin.toml"))
    assert threading.active_count() == 1, "a thread of the mother would not be forked along"
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = _cold(folder, line) if order.get("cold") else _forked(folder, order)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _forked(folder: Path, order: dict) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            live(folder, order)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def _cold(folder: Path, line: str) -> int:
    return subprocess.Popen(
        [sys.executable, __file__, str(folder), line], stdin=subprocess.DEVNULL
    ).pid


def alone(folder: Path, order: dict) -> None:
    """One engine whose interpreter has loaded nothing yet."""
    from tocsin.engine.warm import warm

    warm()
    live(folder, order)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        alone(Path(sys.argv[1]), json.loads(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
