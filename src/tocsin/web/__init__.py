"""The API, the event stream and the page."""

from tocsin.web.app import create_app
from tocsin.web.board import Board, Filters
from tocsin.web.health import Health, SourceHealth
from tocsin.web.server import Served, serve

__all__ = ["Board", "Filters", "Health", "Served", "SourceHealth", "create_app", "serve"]
