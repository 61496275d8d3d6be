"""A Mastodon server on loopback, in the documented form: itself, its timeline and its stream."""

import json
import threading
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response
from websockets.sync.server import serve

START_MS = 1_767_268_800_000
"""2026-01-01T12:00:00Z, when status 0 was written."""
STEP_MS = 60_000


def stamp(number):
    """When status `number` was written."""
    minute = number * STEP_MS // 60_000
    return f"2026-01-01T{12 + minute // 60:02d}:{minute % 60:02d}:00.000Z"


def status_key(number):
    """The id of status `number`: its time, shifted."""
    return str((START_MS + number * STEP_MS) << 16)


def status(number, text=None, account=None, **changed):
    """Status `number`, of an account of its own."""
    own = {
        "id": str(9_000 + number), "username": f"invented{number}", "acct": f"invented{number}",
        "display_name": f"Invented {number}", "note": "<p>A profile made up.</p>",
        "fields": [{"name": "web", "value": "nowhere.example", "verified_at": None}],
        "bot": False, "discoverable": True, "indexable": True, "noindex": False,
    }  # fmt: skip
    return {
        "id": status_key(number), "created_at": stamp(number), "edited_at": None,
        "in_reply_to_id": None, "sensitive": False, "spoiler_text": "", "visibility": "public",
        "language": "en", "content": f"<p>{text or f'invented post {number}'}</p>", "reblog": None,
        "account": {**own, **(account or {})}, "media_attachments": [], "mentions": [],
        "tags": [], "emojis": [], "card": None, "poll": None, **changed,
    }  # fmt: skip


def message(event, payload):
    """One message of the stream; a status goes in as a string."""
    said = payload if isinstance(payload, str) else json.dumps(payload)
    return json.dumps({"stream": ["public:local"], "event": event, "payload": said})


class LoopbackMastodon:
    """Lists `statuses`, and streams what `say` is given to whoever listens."""

    def __init__(self, count=0, tellings=99):
        self.statuses = [status(number) for number in range(count)]
        self.requests = []
        self.status = None
        self.streaming = None
        self.said = [message("update", each) for each in self.statuses]
        """What a new listener is told first, so many times."""
        self.tellings = tellings
        self.afterwards = "hold"
        self._news = threading.Condition()
        self._over = False
        self._server = serve(
            self._serve, "127.0.0.1", 0, process_request=self._answer, compression=None,
            max_size=None,
        )  # fmt: skip
        self.netloc = f"127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self):
        return f"http://{self.netloc}"

    def say(self, *messages):
        """Tell those who listen."""
        with self._news:
            self.said += messages
            self._news.notify_all()

    def stop(self):
        with self._news:
            self._over = True
            self._news.notify_all()
        self._server.shutdown()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def _answer(self, connection, request):
        parts = urlsplit(request.path)
        self.requests.append((parts.path, parse_qs(parts.query), request.headers))
        if self.status is not None and self.status[0] in parts.path:
            return connection.respond(HTTPStatus(self.status[1]), "")
        if parts.path == "/api/v2/instance":
            urls = {"streaming": self.streaming or f"ws://{self.netloc}"}
            return _json({"domain": "social.example", "configuration": {"urls": urls}})
        if parts.path == "/api/v1/timelines/public":
            return _json(self._page(parse_qs(parts.query)))
        if parts.path != "/api/v1/streaming":
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        return None

    def _page(self, query):
        """The statuses right above `min_id`, newest first, as the documentation says."""
        floor, limit = int(query["min_id"][0]), int(query["limit"][0])
        newer = sorted((s for s in self.statuses if int(s["id"]) > floor), key=lambda s: s["id"])
        return newer[:limit][::-1]

    def _serve(self, connection):
        self.tellings -= 1
        at = 0 if self.tellings >= 0 else len(self.said)
        try:
            while not self._over:
                with self._news:
                    if at == len(self.said) and self.afterwards == "hold":
                        self._news.wait(0.2)
                    news, at = self.said[at:], len(self.said)
                for each in news:
                    connection.send(each)
                if self.afterwards == "abort":
                    connection.close_socket()
                    return
                if self.afterwards == "close":
                    return
        except ConnectionClosed:
            return


def _json(value):
    body = json.dumps(value).encode()
    headers = Headers({"content-type": "application/json", "content-length": str(len(body))})
    headers["connection"] = "close"
    return Response(200, "OK", headers, body)
