"""Serves the application from a thread: on this machine, or elsewhere where people sign in."""

import errno
import ipaddress
import socket
import threading

import uvicorn
from starlette.applications import Starlette

from tocsin.errors import ConfigError

START_S = 10.0
"""Longest wait for the server to listen."""
STOP_S = 5.0
"""Longest wait for open answers to end."""
CONNECTIONS = 1_000
"""Connections at one time; further ones are told to come back."""


class Served:
    """A running server; `stop()` ends it."""

    def __init__(self, url: str, server: uvicorn.Server, thread: threading.Thread, app: Starlette):
        self.url = url
        """Where the page is, such as `http://127.0.0.1:8750/`."""
        self._server, self._thread, self._app = server, thread, app

    def stop(self) -> None:
        """End streams, then the server; stopping twice is fine."""
        self._app.state.streams.close()
        self._server.should_exit = True
        self._thread.join(STOP_S)
        if self._thread.is_alive():
            self._server.force_exit = True
            self._thread.join(STOP_S)


def serve(
    app: Starlette, host: str = "127.0.0.1", port: int = 8750, *, elsewhere: bool = False
) -> Served:
    """Serve `app` until stopped; port 0 takes a free one.

    `elsewhere` allows an address beyond this machine: people sign in, and come by https.
    Raises ConfigError when the host is another machine's business or the port is taken.
    """
    bound = _bound(_address(host, elsewhere), port)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    failed = threading.Event()

    def run() -> None:
        try:
            server.run(sockets=[bound])
        finally:
            failed.set()
            bound.close()

    thread = threading.Thread(target=run, name="tocsin-web", daemon=True)
    thread.start()
    tick_s = 0.02
    for _ in range(round(START_S / tick_s)):
        if server.started or failed.wait(tick_s):
            break
    if not server.started:
        server.should_exit = True
        raise ConfigError("web", "the server did not start", "Its log says why; try another port.")
    name = f"[{host}]" if ":" in host else host
    return Served(f"http://{name}:{bound.getsockname()[1]}/", server, thread, app)


def _address(host: str, elsewhere: bool) -> str:
    address = "127.0.0.1" if host == "localhost" else host
    try:
        if ipaddress.ip_address(address).is_loopback or elsewhere:
            return address
    except ValueError:
        pass
    raise ConfigError(
        "web.host",
        "the page may only be served to this machine, unless people sign in and come by https",
        "Write 127.0.0.1; or give out a token (tocsin token add), set web.public_url to https, "
        "and have a proxy hold the certificate.",
    )


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            what = "taken by another program" if error.errno == errno.EADDRINUSE else "not allowed"
            raise ConfigError(
                "web.port", f"port {port} is {what}", "Choose another one, or 0 for any free one."
            ) from None
        raise
    return bound
