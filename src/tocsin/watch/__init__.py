"""Watches compile into hazards and places, and match event revisions."""

from tocsin.watch.compile import compile_watch
from tocsin.watch.listed import table_of
from tocsin.watch.match import match
from tocsin.watch.matcher import Matcher
from tocsin.watch.place_choice import Resolver
from tocsin.watch.written import compile_text

__all__ = ["Matcher", "Resolver", "compile_text", "compile_watch", "match", "table_of"]
