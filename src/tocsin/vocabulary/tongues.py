"""The languages the vocabulary knows."""

LANGUAGES = (
    "und", "ar", "bn", "de", "el", "en", "es", "fa", "fr", "hi", "id", "it", "ja", "ko", "nl",
    "pl", "pt", "ru", "th", "tl", "tr", "uk", "vi", "zh",
)  # fmt: skip
"""Language ids of Batch.lang are positions here; 0 is "not known"."""
