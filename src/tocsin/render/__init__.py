"""Headlines, messages and records from templates, never from posts."""

from tocsin.render.headline import headline
from tocsin.render.message import Message, Row, Voice, digest_text, digest_title, message
from tocsin.render.phrases import LANGS
from tocsin.render.record import same_matter

__all__ = ["LANGS", "Message", "Row", "Voice", "digest_text", "digest_title", "headline",
           "message", "same_matter"]  # fmt: skip
