"""A running application over invented events, as fixtures."""

from collections.abc import Iterator

import httpx
import pytest

import web_events as invented
from tocsin.web import Board, Served, create_app, serve

WAIT_S = 20.0


@pytest.fixture
def board() -> Board:
    """A board with a day of invented events."""
    board = Board(run="first")
    for event in invented.scene():
        board.publish(event)
    return board


@pytest.fixture
def served(board: Board) -> Iterator[Served]:
    """The application on a free port, with a fast heartbeat."""
    app = create_app(board, invented.health, invented.metrics, heartbeat_s=0.05)
    served = serve(app, port=0)
    yield served
    served.stop()


@pytest.fixture
def api(served: Served) -> Iterator[httpx.Client]:
    """A client of that server."""
    with httpx.Client(base_url=served.url, timeout=WAIT_S) as client:
        yield client
