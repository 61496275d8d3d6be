"""Every naive twin under one name."""

from naive_detect import (
    Bins,
    VoiceSets,
    distance_km,
    distinct_voices,
    exposure,
    heard,
    home_country,
    idf,
    is_beside,
    marked,
    own_town,
    similarity,
    surprise,
)
from naive_lexicon import hits_of
from naive_read import judged, verdict
from naive_text import (
    Token,
    calm,
    clitic,
    number_value,
    tokens_of,
)

__all__ = [
    "Bins", "Token", "VoiceSets", "calm", "clitic", "distance_km", "distinct_voices", "exposure",
    "heard", "hits_of", "home_country", "idf", "is_beside", "judged", "marked", "number_value",
    "own_town", "similarity",
    "surprise", "tokens_of", "verdict",
]  # fmt: skip
