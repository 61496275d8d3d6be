"""Headlines, messages and records from templates, never from posts."""

from tocsin.render.headline import headline
from tocsin.render.message import (
    UNITS,
    Message,
    Row,
    Units,
    Voice,
    digest_text,
    digest_title,
    message,
    mode_of,
)
from tocsin.render.phrases import LANGS
from tocsin.render.record import same_matter

__all__ = ["LANGS", "UNITS", "Message", "Row", "Units", "Voice", "digest_text", "digest_title",
           "headline", "message", "mode_of", "same_matter"]  # fmt: skip
