"""Opens a WebSocket: the way there, TLS, the handshake, and not one byte beyond it."""

import http.client
import socket
import ssl
import urllib.request
from base64 import b64encode
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from websockets.client import ClientProtocol
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI, parse_uri

from tocsin.clock import Clock

OPEN_S = 10.0
"""Longest opening: connection, TLS and handshake."""
HEAD_BYTES = 65_536
"""Most bytes before the end of the answer's head."""
_HEAD_END = b"\r\n\r\n"


class Opened(NamedTuple):
    """A connection whose handshake is done, and what came behind the handshake."""

    socket: socket.socket
    protocol: ClientProtocol
    behind: bytes


def dial(
    url: str,
    agent: str,
    clock: Clock,
    message_bytes: int,
    subprotocols: tuple[str, ...] = (),
    proxies: bool = True,
) -> Opened:
    """Connect to ws:// or wss://, by a proxy of the environment unless told not to.

    Raises InvalidStatus for an answer that is no WebSocket, other errors of the library for a
    handshake that fails, OSError for the network.
    """
    uri = parse_uri(url)
    proxy = proxy_for(uri) if proxies else None
    link = _through(proxy, uri) if proxy else socket.create_connection((uri.host, uri.port), OPEN_S)
    try:
        link.settimeout(OPEN_S)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        if uri.secure:
            link = ssl.create_default_context().wrap_socket(link, server_hostname=uri.host)
        protocol = ClientProtocol(
            uri, subprotocols=[Subprotocol(each) for each in subprotocols] or None,
            max_size=message_bytes,
        )  # fmt: skip
        return Opened(link, protocol, _shake_hands(link, protocol, agent, clock))
    except BaseException:
        link.close()
        raise


def _shake_hands(link: socket.socket, protocol: ClientProtocol, agent: str, clock: Clock) -> bytes:
    """Bytes behind the handshake; the library is given none of them, so it stays between frames."""
    request = protocol.connect()
    request.headers["User-Agent"] = agent
    protocol.send_request(request)
    link.sendall(b"".join(protocol.data_to_send()))
    until_s = clock.monotonic_s() + OPEN_S
    head = b""
    while _HEAD_END not in head:
        came = link.recv(HEAD_BYTES)
        head += came
        if not came or len(head) > HEAD_BYTES or clock.monotonic_s() > until_s:
            break
    at = head.find(_HEAD_END) + len(_HEAD_END)
    if at >= len(_HEAD_END) and head.startswith(b"HTTP/1.1 101 "):
        protocol.receive_data(head[:at])
    else:
        at = len(head)
        protocol.receive_data(head)
        while protocol.handshake_exc is None and clock.monotonic_s() <= until_s:
            came = link.recv(HEAD_BYTES)
            if not came:
                protocol.receive_eof()
                break
            protocol.receive_data(came)
    if protocol.handshake_exc is not None:
        raise protocol.handshake_exc
    if not protocol.events_received():
        raise TimeoutError("the answer has no end")
    return head[at:]


def proxy_for(uri: WebSocketURI) -> SplitResult | None:
    """The proxy that the environment names for this address, or None."""
    if urllib.request.proxy_bypass(f"{uri.host}:{uri.port}"):
        return None
    known = urllib.request.getproxies()
    for scheme in ("wss", "https") if uri.secure else ("ws", "https", "http"):
        if scheme in known:
            return urlsplit(known[scheme])
    return None


def _through(proxy: SplitResult, uri: WebSocketURI) -> socket.socket:
    """A tunnel through an HTTP proxy; raises OSError when there is none to be had."""
    if proxy.scheme not in ("http", "https") or proxy.hostname is None:
        raise OSError("this kind of proxy is not spoken here")
    kind = http.client.HTTPSConnection if proxy.scheme == "https" else http.client.HTTPConnection
    tunnel = kind(proxy.hostname, proxy.port, timeout=OPEN_S)
    said = f"{unquote(proxy.username or '')}:{unquote(proxy.password or '')}"
    known = "Basic " + b64encode(said.encode()).decode()
    tunnel.set_tunnel(uri.host, uri.port, {"Proxy-Authorization": known} if proxy.username else {})
    try:
        tunnel.connect()
    except http.client.HTTPException as error:
        raise OSError("the proxy gives no tunnel") from error
    link: socket.socket = tunnel.sock
    return link
