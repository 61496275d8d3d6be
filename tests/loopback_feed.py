"""A feed server on loopback that plays its answers in turn and remembers what it was asked."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer:
    """One answer: status, headers and chunks of body; `gate` is waited for between chunks."""

    def __init__(self, status=200, body=b"", chunks=None, gate=None, **headers):
        self.status = status
        self.chunks = [body] if chunks is None else chunks
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.gate = gate


class LoopbackFeed:
    """Gives `answers` in turn; the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.pages: dict[str, Answer] = {}
        """Answers for paths of their own, besides those in turn."""
        self.under_way = self.most_under_way = 0
        self.requests: list[tuple[str, dict[str, str]]] = []
        feed = self

        class Desk(BaseHTTPRequestHandler):
            def do_GET(self):
                feed.requests.append((self.path, dict(self.headers)))
                feed.under_way += 1
                feed.most_under_way = max(feed.most_under_way, feed.under_way)
                try:
                    self.play(feed.next_answer(self.path))
                finally:
                    feed.under_way -= 1

            def play(self, answer):
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for chunk in answer.chunks:
                    try:
                        self.wfile.write(chunk)
                        self.wfile.flush()
                    except OSError:
                        return
                    if answer.gate is not None:
                        answer.gate.wait(30)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def next_answer(self, path):
        if path in self.pages:
            return self.pages[path]
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/feed.geojson"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()
