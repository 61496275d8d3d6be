"""Every naive twin under one name."""

from naive_read import judged, verdict
from naive_text import (
    Token,
    calm,
    clitic,
    hits_of,
    number_value,
    tokens_of,
)

__all__ = [
    "Token", "calm", "clitic", "hits_of", "judged", "number_value", "tokens_of", "verdict",
]  # fmt: skip
