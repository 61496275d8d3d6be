"""Looks at a running engine from outside, as a reader and as somebody curious."""

import json
import threading
import time
from pathlib import Path

import httpx

from boundary.process import WAIT_S, Child, until
from boundary.search import Needles
from boundary.stage import Stage
from tocsin.sources.synthetic_canary import Draft

ROOT = Path(__file__).resolve().parents[2]


class Visit:
    """Looks at the running engine from outside, as a reader and as a curious one."""

    def __init__(self, stage: Stage, child: Child, channels: dict[str, bytes]) -> None:
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


def _without(data: bytes, part: bytes) -> bytes:
    """Our own command line holds the text given to `tocsin explain`; nothing else may."""
    return data.replace(part, b"")
