"""Drives the true line with planted identities and collects every byte that comes out."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from struct import pack
from typing import NamedTuple

import httpx

from boundary.canaries import Canary
from boundary.child import OWN
from boundary.search import Needles
from boundary.stage import PLANTED, Stage, build
from tocsin.gate.voices import WINDOW_MS, SeededKeys
from tocsin.sources.synthetic_canary import Draft
from tocsin.sources.synthetic_canary import hatch as world_canaries

WAIT_S = float(os.environ.get("TOCSIN_BOUNDARY_WAIT_S", "120"))
"""Longest wait for anything that must happen; only a hang gets there."""
TAGGED = 64
"""Voices of each wire whose hashes and keyed tags are searched for, those of events first."""
ROOT = Path(__file__).resolve().parents[2]


class Harvest(NamedTuple):
    """What came out, by name of the channel, and what must not be in it."""

    channels: dict[str, bytes]
    needles: Needles
    taken_back: Needles
    """What is known of the event that fell below its floor."""
    alike: list[tuple[str, bytes, bytes]]
    """Question with an identity in it, its answer, and the answer to a random string."""
    package: Path
    ended: list[int]


def drive(folder: Path, posts: int, seed: int = 20) -> Harvest:
    """Run everything once in `folder` (empty); `posts` chatter posts through each connector."""
    stage = build(folder, posts, seed)
    channels: dict[str, bytes] = {}
    try:
        with _Child(stage) as child:
            visit = _Visit(stage, child, channels)
            visit.all()
            child.finish()
            visit.close()
            ended = child.ended()
    finally:
        stage.office.stop()
        for station in stage.stations.values():
            station.stop()
    channels |= _left_behind(stage)
    needles = _needles(stage)
    _forget_own_question(channels)
    package = Path((folder / "notes" / "package").read_text(encoding="utf-8"))
    return Harvest(channels, needles, visit.taken_back, visit.alike, package, ended)


class _Child:
    """The process under test, with a temp folder, a home and a memory folder of its own."""

    def __init__(self, stage: Stage) -> None:
        folder = stage.folder
        environment = {
            name: value for name, value in os.environ.items()
            if name in ("PATH", "PYTHONPATH", "TOCSIN_COMPILER", "LANG", "NUMBA_CACHE_DIR")
        }  # fmt: skip
        environment |= {
            OWN: str(folder / "notes"), "TMPDIR": str(folder / "tmp"),
            "XDG_RUNTIME_DIR": str(folder / "memory"), "HOME": str(folder / "home"),
            "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400",
        }  # fmt: skip
        self._folder, self._out = folder, folder / "notes"
        with (self._out / "stdout").open("wb") as out, (self._out / "stderr").open("wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("child.py")),
                 json.dumps(stage.commands)],
                stdout=out, stderr=err, cwd=folder, env=environment,
            )  # fmt: skip

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def url(self) -> str:
        """Where the page is, read from what the command says."""
        for _ in until("the page", self.alive):
            for word in (self._out / "stderr").read_text("utf-8", "replace").split():
                if word.startswith("http://127.0.0.1:"):
                    return word.rstrip(".").rstrip("/")
        raise AssertionError("unreachable")

    def alive(self) -> None:
        """Raise when the process has ended before its time."""
        if self._process.poll() is not None:
            said = (self._out / "stderr").read_text("utf-8", "replace")
            raise AssertionError(f"tocsin ended with {self._process.returncode}: {said[-2000:]}")

    def proc(self, name: str) -> bytes:
        """What the system shows of the process."""
        try:
            return Path(f"/proc/{self._process.pid}/{name}").read_bytes()
        except OSError:
            return b""

    def finish(self) -> None:
        """End the first command as a person would, and let the others run."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(WAIT_S)

    def ended(self) -> list[int]:
        """Exit status of every command."""
        path = self._out / "ended"
        if not path.exists():
            said = (self._out / "stderr").read_text("utf-8", "replace")
            raise AssertionError(f"a command broke the process: {said[-2000:]}")
        found: list[int] = json.loads(path.read_text(encoding="utf-8"))
        return found


def until(what: str, alive: Callable[[], None]) -> Iterator[None]:
    """Try again every 50 ms; an AssertionError names what never came."""
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s:
        alive()
        yield
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {WAIT_S:g} s")


class _Visit:
    """Looks at the running engine from outside, as a reader and as a curious one."""

    def __init__(self, stage: Stage, child: _Child, channels: dict[str, bytes]) -> None:
        self._stage, self._child, self._channels = stage, child, channels
        self.alike: list[tuple[str, bytes, bytes]] = []
        self.taken_back = Needles()
        self._base = child.url()
        self._web = httpx.Client(base_url=self._base, timeout=30.0, trust_env=False)
        self._stream = bytearray()
        self._reader = threading.Thread(target=self._listen, daemon=True)

    def all(self) -> None:
        """Everything, in order; the answers end up in the channels."""
        self._reader.start()
        first = self._stage.worlds["v2"].site(0)
        event = self._await(first.hazard, first.city.name, "reported", "updated")
        self._await_alert()
        self._snapshot("state while running")
        self._take_back()
        self._await_withdrawal(event["event_id"])
        place = event["place"]
        self.taken_back.add_text("the withdrawn event", event["headline"])
        self.taken_back.add_text("the withdrawn event", f'"id":"{place["id"]}"')
        self._addresses(event["event_id"])
        self._questions(event["event_id"])
        self._channels["process environment"] = self._child.proc("environ")
        self._channels["process command line"] = _without(
            self._child.proc("cmdline"), json.dumps(self._stage.commands).encode()
        )
        self._channels["SSE stream"] = bytes(self._stream)
        self._snapshot("state before the end")

    def close(self) -> None:
        """Let go of every connection."""
        self._web.close()
        self._reader.join(10)

    def _listen(self) -> None:
        try:
            with httpx.stream(
                "GET", f"{self._base}/api/stream", timeout=WAIT_S, trust_env=False
            ) as answer:
                self._stream += _head(answer)
                for chunk in answer.iter_raw():
                    self._stream += chunk
        except httpx.HTTPError:
            return

    def _events(self) -> list[dict]:
        found: list[dict] = self._web.get("/api/events?limit=500").json()["events"]
        return found

    def _await(self, hazard: str, city: str, *phases: str) -> dict:
        for _ in until(f"an event {hazard} at {city}", self._child.alive):
            for event in self._events():
                near = event["place"] and event["place"]["name"] == city
                if event["hazard"] == hazard and near and event["phase"] in phases:
                    return event
        raise AssertionError("unreachable")

    def _await_alert(self) -> None:
        for _ in until("a webhook", self._child.alive):
            if any(line.startswith(b"POST") for line in self._stage.office.asked):
                return

    def _await_withdrawal(self, event_id: str) -> None:
        for _ in until(f"the withdrawal of {event_id}", self._child.alive):
            told = self._web.get(f"/api/events/{event_id}").json()
            if told["event"]["phase"] == "withdrawn":
                return

    def _take_back(self) -> None:
        """All who spoke of the first event of v2 delete what they wrote."""
        now_ms = time.time_ns() // 1_000_000
        drafts = [
            Draft(now_ms, draft.key, draft.voice, draft.lang, "", "delete")
            for draft in self._stage.worlds["v2"].event_of(0).drafts
            if draft.op != "delete"
        ]
        signer = self._stage.signers["v2"]
        self._stage.stations["v2"].push([signer.frame(draft) for draft in drafts])

    def _addresses(self, event_id: str) -> None:
        """Every address of the OpenAPI document, and every file of the page."""
        document = self._web.get("/api/openapi.json").json()
        for path in document["paths"]:
            if path == "/api/stream" or "{path}" in path:
                continue
            self._keep(path, self._web.get(path.replace("{event_id}", event_id)))
        for name in sorted(p.name for p in _page_files()):
            self._keep(f"/static/{name}", self._web.get(f"/static/{name}"))
        self._keep("an unknown address", self._web.get("/api/nothing"))

    def _questions(self, event_id: str) -> None:
        """Ask about a person in every way there is, and about nobody in the same way."""
        bird = self._stage.canaries[30]
        pairs = ((bird.token, "zz0" + "k" * 11 + "j"), (bird.name, "Zzo" + "k" * 14))
        asked = ("hazard", "country", "level", "phase", "since", "limit", "author", "q", "text")
        for person, nobody in pairs:
            for name in asked:
                self._pair(
                    f"/api/events?{name}=",
                    self._web.get("/api/events", params={name: person}),
                    self._web.get("/api/events", params={name: nobody}),
                )
            for path in ("/api/events/{}", "/static/{}", "/{}", "/api/alerts?{}=1"):
                self._pair(
                    path,
                    self._web.get(path.format(person)),
                    self._web.get(path.format(nobody)),
                )
            self._pair(
                "headers",
                self._web.get("/api/attribution", headers=_spoken(person)),
                self._web.get("/api/attribution", headers=_spoken(nobody)),
            )

    def _pair(self, question: str, one: httpx.Response, other: httpx.Response) -> None:
        said = [_head(answer) + answer.content for answer in (one, other)]
        self.alike.append((question, said[0], said[1]))
        self._channels[f"web answer to a question about somebody: {question}"] = said[0]

    def _keep(self, path: str, answer: httpx.Response) -> None:
        self._channels[f"web GET {path}"] = _head(answer) + answer.content

    def _snapshot(self, name: str) -> None:
        for path in sorted((self._stage.folder / "state").rglob("*")):
            if path.is_file():
                self._channels[f"{name}: {path.name}"] = path.read_bytes()


def _spoken(person: str) -> dict[str, str]:
    text = person.encode("ascii", "replace").decode()
    return {"User-Agent": text, "Referer": f"https://{text.replace(' ', '')}.example/",
            "Cookie": f"a={text}", "Accept-Language": text}  # fmt: skip


def _head(answer: httpx.Response) -> bytes:
    """Status and headers, without the date, which is the server's clock."""
    kept = [f"{k}: {v}" for k, v in answer.headers.multi_items() if k.lower() != "date"]
    return "\n".join([f"HTTP {answer.status_code}", *kept, "", ""]).encode()


def _page_files() -> list[Path]:
    return [p for p in (ROOT / "src" / "tocsin" / "web" / "page").iterdir() if p.is_file()]


def _left_behind(stage: Stage) -> dict[str, bytes]:
    """Everything on disk after the end, and everything that was sent."""
    folder, found = stage.folder, dict[str, bytes]()
    notes = folder / "notes"
    for name in ("stdout", "stderr", "deleted", "environment"):
        if (notes / name).exists():
            title = {"deleted": "deleted files", "environment": "environment at the end"}
            found[title.get(name, name)] = (notes / name).read_bytes()
    names = (notes / "names").read_bytes() if (notes / "names").exists() else b""
    for part in ("state", "tmp", "home", "out", "memory"):
        for path in sorted((folder / part).rglob("*")):
            names += os.fsencode(path.name) + b"\n"
            if path.is_file() and part != "memory":
                found[f"{part}: {path.name}"] = path.read_bytes()
    found["file names"] = names
    posted = [line for line in stage.office.asked if line.startswith(b"POST")]
    found["webhook"] = b"\n".join(posted)
    asked = [line for line in stage.office.asked if not line.startswith(b"POST")]
    for station in stage.stations.values():
        asked += station.asked
    found["requests to sources"] = b"\n".join(asked)
    return found


def _forget_own_question(channels: dict[str, bytes]) -> None:
    """A feed's own validator goes back to that feed and to nobody else: that is HTTP."""
    lines = channels["requests to sources"].split(b"\n")
    kept = [line for line in lines if not line.lower().startswith(b"if-none-match")]
    channels["requests to sources"] = b"\n".join(kept)


def _without(data: bytes, part: bytes) -> bytes:
    """Our own command line holds the text given to `tocsin explain`; nothing else may."""
    return data.replace(part, b"")


def _needles(stage: Stage) -> Needles:
    """Identities in every form, plain hashes of accounts and posts, their tags, the keys."""
    needles = Needles()
    for canary in stage.canaries:
        _add_canary(needles, canary)
    for number, known in enumerate(world_canaries(39)):
        for text in known.forms:
            needles.add_text(f"synthetic {number}", text)
    keys = _voice_keys(stage, needles)
    for wire in PLANTED:
        for draft in stage.worlds[wire].event_of(0).drafts[:TAGGED]:
            for name in stage.signers[wire].names(draft):
                for text in (name, f"0:{name}"):
                    needles.add_hashes(f"{wire} {name}", text)
                for form, key in keys:
                    for purpose in ("voice", "post"):
                        tag = _tag(f"{purpose}\0" f"0:{name}", key)
                        needles.add_tag(f"{wire} {name}", f"{form} {purpose} tag", tag)
    return needles


def _add_canary(needles: Needles, canary: Canary) -> None:
    for text in canary.strings:
        needles.add_text(canary.token, text)
    for text in (canary.token, canary.name, f"@{canary.token}hd"):
        needles.add_hashes(canary.token, text)
    for number in (f"12.{canary.digits[0]}", f"34.{canary.digits[1]}"):
        for order in "<>":
            needles.add(canary.token, "coordinate as a double", pack(f"{order}d", float(number)))


def _voice_keys(stage: Stage, needles: Needles) -> list[tuple[str, bytes]]:
    """The live voice keys, from the memory folder, and those of the replay; sought as well."""
    found: list[tuple[str, bytes]] = []
    for path in (stage.folder / "memory").rglob("*"):
        if path.is_file():
            table = json.loads(path.read_text(encoding="utf-8"))
            found += [("live", bytes.fromhex(key)) for key in table.values()]
    for _, key in found:
        needles.add("the voice key", "key raw", key)
        needles.add("the voice key", "key hex", key.hex().encode())
    seeded, window = SeededKeys(0), time.time_ns() // 1_000_000 // WINDOW_MS
    seeded.turn(window)
    found += [("replay", key) for w in (window, window - 1) if (key := seeded.key(w))]
    return found


def _tag(text: str, key: bytes) -> int:
    import hashlib

    return int.from_bytes(hashlib.blake2b(text.encode(), key=key, digest_size=8).digest(), "big")
