"""Every naive twin under one name."""

from naive_text import (
    Token,
    calm,
    clitic,
    hits_of,
    number_value,
    signs_of,
    tokens_of,
)

__all__ = ["Token", "calm", "clitic", "hits_of", "number_value", "signs_of", "tokens_of"]
