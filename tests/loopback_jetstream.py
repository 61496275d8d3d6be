"""A Jetstream server on loopback, as the documented wires describe it, for the source tests."""

import json
import threading
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.sync.server import serve

V2_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
START_US = 1_767_268_800_000_000
"""2026-01-01T12:00:00Z, the server's time of event 0."""
SEQ_0 = 5_000_000


def event(wire, number, text=None, time_us=None):
    """Frame `number`: a post of a voice of its own, one second after the one before."""
    time_us = START_US + number * 1_000_000 if time_us is None else time_us
    commit = {
        "rev": f"3krev{number}",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": f"3kpost{number}",
        "record": {"$type": "app.bsky.feed.post", "text": text or f"invented post {number}"},
    }
    did = f"did:plc:voice{number}"
    if wire == "v1":
        frame = {"did": did, "time_us": time_us, "kind": "commit", "commit": commit}
    else:
        at = f"2026-01-01T12:{time_us // 60_000_000 % 60:02d}:{time_us // 1_000_000 % 60:02d}.000Z"
        kind = "network.bsky.jetstream.subscribeEvents#commit"
        payload = {"$type": kind, "did": did, "seq": SEQ_0 + number, "time": at, **commit}
        frame = {"$type": "message", "payload": payload}
    return json.dumps(frame)


def sync(number):
    """A frame of the v2 wire: the repository of voice `number` was set anew."""
    at = f"2026-01-01T12:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
    payload = {"$type": "network.bsky.jetstream.subscribeEvents#sync", "seq": SEQ_0 + number,
               "did": f"did:plc:voice{number}", "time": at, "sync": {"rev": "3k"}}  # fmt: skip
    return json.dumps({"$type": "message", "payload": payload})


def info(name):
    """An advisory frame of the v2 wire."""
    kind = "network.bsky.jetstream.subscribeEvents#info"
    return json.dumps({"$type": "message", "payload": {"$type": kind, "name": name}})


class LoopbackJetstream:
    """Serves `events` from the asked cursor on, inclusively, then does `afterwards`."""

    def __init__(self, wires=("v2", "v1"), count=0, floor=0):
        self.events = {wire: [event(wire, n) for n in range(count)] for wire in ("v1", "v2")}
        self.wires = wires
        self.floor = floor
        self.status = None
        self.first = []
        self.afterwards = "hold"
        self.requests = []
        self._server = serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._answer,
            compression=None,
            max_size=None,
            select_subprotocol=lambda connection, offered: next(iter(offered), None),
        )
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def stop(self):
        self._server.shutdown()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def _answer(self, connection, request):
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        self.requests.append((parts.path, query, request.headers))
        if self.status is not None:
            return connection.respond(HTTPStatus(self.status), "")
        wire = "v2" if parts.path == V2_PATH else "v1"
        if wire not in self.wires:
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        cursor = int(query.get("cursor", ["0"])[0])
        if wire == "v2" and 0 < cursor < SEQ_0 + self.floor:
            answer = {"error": "CursorTooOld", "message": f"floor is {SEQ_0 + self.floor}"}
            return connection.respond(HTTPStatus.BAD_REQUEST, json.dumps(answer))
        return None

    def _serve(self, connection):
        parts = urlsplit(connection.request.path)
        wire = "v2" if parts.path == V2_PATH else "v1"
        cursor = parse_qs(parts.query).get("cursor")
        for frame in self.first:
            connection.send(frame)
        frames = self.events[wire]
        for frame in frames[self._start(wire, cursor) :]:
            connection.send(frame)
        if self.afterwards == "slow":
            connection.send(json.dumps({"$type": "error", "error": "ConsumerTooSlow"}))
        if self.afterwards == "abort":
            connection.close_socket()
            return
        if self.afterwards == "hold":
            for _ in connection:
                pass

    def _start(self, wire, cursor):
        if cursor is None:
            return 0
        asked = int(cursor[0])
        for at, frame in enumerate(self.events[wire]):
            told = json.loads(frame)
            if wire == "v2" and asked < 10**15:
                if told["payload"]["seq"] >= asked:
                    return at
            elif START_US + at * 1_000_000 >= asked or told.get("time_us", 0) >= asked:
                return at
        return len(self.events[wire])
