"""A stream of posts and a feed of quakes that grow as time passes, on loopback, and replay."""

import json
import random
import threading
import time
from datetime import UTC, datetime

from websockets.exceptions import ConnectionClosed

from loopback_feed import Answer, LoopbackFeed
from loopback_jetstream import SEQ_0, LoopbackJetstream

CITIES = (
    "Lima", "Quito", "Osaka", "Nairobi", "Lisbon", "Helsinki", "Tirana", "Jakarta", "Manila",
    "Ankara", "Tbilisi", "Santiago", "Caracas", "Bogota", "Dakar", "Accra", "Lagos", "Kampala",
    "Maputo", "Windhoek", "Hanoi", "Vientiane", "Kathmandu", "Dhaka", "Colombo", "Muscat", "Tunis",
    "Rabat", "Oslo", "Riga", "Vilnius", "Sofia", "Athens", "Zagreb", "Vienna", "Prague", "Warsaw",
    "Budapest", "Brisbane", "Auckland", "Suva", "Havana", "Managua", "Montevideo", "Asuncion",
)  # fmt: skip
HAPPENINGS = (
    "felt a strong earthquake", "see a huge flood in the streets", "see a wildfire on the hill",
    "heard an explosion", "see a building fire, flames from the roof",
)  # fmt: skip
TAILS = (
    "everything shook", "cups fell off the shelf", "people ran outside", "lamps are swinging",
    "sirens everywhere now", "the whole block is outside", "smoke over the bay", "we are all right",
    "bricks on the pavement", "the lift is stuck", "dust in the stairs", "never saw one like that",
)  # fmt: skip
VOICES = 12
"""Posts of one happening, each of a voice of its own."""
QUAKES_KEPT = 2_000
"""So many quakes are in the feed at a time."""


class GrowingWorld(LoopbackJetstream):
    """Posts `per_s` a second from now on and a quake every `quake_s`, until `over`."""

    def __init__(self, seed: int, per_s: float = 30.0, quake_s: float = 0.5) -> None:
        self._rng, self._per_s, self._quake_s = random.Random(seed), per_s, quake_s
        self._began_s, self._over_s = time.monotonic(), None
        self._grown, self._turn = [], threading.Lock()
        self.quakes: list[dict] = []
        self.closing = False
        super().__init__(wires=("v2",))
        self.feed = LoopbackFeed(Answer(304))
        self.feed.next_answer = lambda path: Answer(body=self._quakes())

    def end(self) -> None:
        """Nothing new from now on."""
        self._over_s = time.monotonic()

    def stop(self) -> None:
        self.closing = True
        self.feed.stop()
        super().stop()

    @property
    def last_seq(self) -> int:
        """The number of the newest post."""
        return SEQ_0 + len(self._frames()) - 1

    def _passed_s(self) -> float:
        return (self._over_s or time.monotonic()) - self._began_s

    def _frames(self) -> list[str]:
        with self._turn:
            while len(self._grown) < self._passed_s() * self._per_s:
                self._grown.append(self._post(len(self._grown)))
            return self._grown

    def _post(self, number: int) -> str:
        rng, round_ = self._rng, number // VOICES
        what = HAPPENINGS[round_ // len(CITIES) % len(HAPPENINGS)]
        where = CITIES[round_ % len(CITIES)]
        one, two = rng.sample(TAILS, 2)
        text = f"I {what} in {where}, {one}, {two} {rng.randrange(99)}"
        payload = {
            "$type": "network.bsky.jetstream.subscribeEvents#commit",
            "did": f"did:plc:voice{number}", "seq": SEQ_0 + number,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "rev": f"3krev{number}", "operation": "create", "collection": "app.bsky.feed.post",
            "rkey": f"3kpost{number}", "record": {"$type": "app.bsky.feed.post", "text": text},
        }  # fmt: skip
        return json.dumps({"$type": "message", "payload": payload})

    def _quakes(self) -> bytes:
        with self._turn:
            while len(self.quakes) < self._passed_s() / self._quake_s:
                number = len(self.quakes)
                # A little ago: stream time is that of the newest post, and a word counts from then.
                now_ms = round(time.time() * 1000) - 10_000
                self.quakes.append({
                    "type": "Feature", "id": f"xx{number:08d}",
                    "properties": {"mag": 6.1, "time": now_ms, "updated": now_ms, "type":
                                   "earthquake", "status": "reviewed", "ids": f",xx{number:08d},"},
                    "geometry": {"type": "Point", "coordinates": _spot(number)},
                })  # fmt: skip
            newest = self.quakes[: -QUAKES_KEPT - 1 : -1]
        return json.dumps({"type": "FeatureCollection", "features": newest}).encode()

    def _place(self, cursor: int) -> int:
        """Where to begin: a cursor is a number or, from where no number reaches, a time."""
        if cursor < 10**15:
            return max(0, cursor - SEQ_0)
        frames = self._frames()
        at = len(frames)
        while at and _time_us(frames[at - 1]) >= cursor:
            at -= 1
        return at

    def _serve(self, connection) -> None:
        query = connection.request.path.partition("?")[2]
        asked = [int(p[7:]) for p in query.split("&") if p.startswith("cursor=")]
        at = self._place(asked[0]) if asked else 0
        try:
            while not self.closing:
                fresh = self._frames()[at:]
                for frame in fresh:
                    connection.send(frame)
                # Not to the end of the list: it may have grown meanwhile.
                at += len(fresh)
                time.sleep(0.03)
        except ConnectionClosed:
            return


def _time_us(frame: str) -> int:
    """When the server saw a post."""
    return round(datetime.fromisoformat(json.loads(frame)["payload"]["time"]).timestamp() * 1e6)


def _spot(number: int) -> list[float]:
    """No two of some thousands are near each other in space within the same hours."""
    return [round((number * 47.9) % 359 - 179, 2), round((number * 17.3) % 119 - 59, 2), 12.0]
