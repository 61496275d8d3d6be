"""Headlines and records from templates, never from posts."""

from tocsin.render.headline import headline
from tocsin.render.record import same_matter

__all__ = ["headline", "same_matter"]
