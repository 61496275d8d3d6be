"""What can go wrong, and what the caller should do about it."""


class TocsinError(Exception):
    """Base of every error Tocsin raises on purpose; its text is an instruction."""


class ConfigError(TocsinError):
    """A setting is wrong: the text names its path and what to write instead."""

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        self.path, self.problem, self.remedy = path, problem, remedy
        super().__init__(f"{path}: {problem}. {remedy}")


class InputError(TocsinError):
    """A file or stream given by the caller cannot be read as declared."""


class SourceLost(TocsinError):
    """The connection broke: reopen from the cursor, with back-off."""


class SourceRefused(TocsinError):
    """The other side said no: stop this source and tell the operator."""


class SourceEnded(TocsinError):
    """A finite source has given its last frame; nothing is wrong."""


class SinkBusy(TocsinError):
    """The receiver asks to wait: try again after `retry_after_s` seconds."""

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(why)


class SinkRejected(TocsinError):
    """The receiver will never take this alert: do not retry, list it as undelivered."""


class WatchRefused(TocsinError):
    """A watch does not compile into hazards and places.

    The text given by the user is never part of this error (contract P15).
    """

    def __init__(self, category: str, reason: str, suggestion: str) -> None:
        self.category, self.reason, self.suggestion = category, reason, suggestion
        super().__init__(f"{reason} {suggestion}")


class Corruption(TocsinError):
    """Our own state contradicts itself: stop loudly, never guess."""
