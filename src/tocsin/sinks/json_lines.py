"""Alerts as lines of JSON in a file, for whatever else reads files."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError, SinkBusy
from tocsin.model import Alert, Receipt
from tocsin.render import Voice
from tocsin.sinks.data_form import data_of
from tocsin.sinks.posting import VOICE_FIELDS, voice_of


class JsonLinesSink:
    """Appends and syncs; a full file is renamed to .1, .2 and so on, and the oldest goes."""

    spec = Spec(
        name="jsonl",
        kind="sink",
        summary="Alerts as lines of JSON in a file.",
        fields=(
            Field("path", None, "The file to append to; its folder must exist.", required=True),
            Field(
                "size_mb",
                64.0,
                "Size at which a new file is begun.",
                unit="mb",
                low=0.001,
                high=10_000.0,
            ),
            Field("keep", 4, "How many older files are kept.", unit="files", low=0, high=100),
            *VOICE_FIELDS,
        ),
        example='path = "alerts.jsonl"\n',
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        self._path = Path(str(settings["path"]))
        if not self._path.name or "\0" in str(self._path):
            raise ConfigError("path", "no name of a file", 'Write path = "alerts.jsonl".')
        self._voice = voice_of(settings)
        self._bytes = int(float(str(settings.get("size_mb", 64.0))) * 1_000_000)
        self._keep = int(str(settings.get("keep", 4)))

    def __repr__(self) -> str:
        return f"JsonLinesSink({self._path.name!r})"

    def send(self, alerts: Sequence[Alert], now_ms: int) -> Receipt:
        """Append all, then sync; raises SinkBusy when the disk will not take them."""
        lines = b"".join(_line(alert, self._voice) for alert in alerts)
        try:
            if lines:
                self._append(lines)
        except OSError as error:
            raise SinkBusy(
                f"jsonl {self._path.name}: {error.strerror or type(error).__name__}. "
                "Make room, and give Tocsin write access to file and folder."
            ) from None
        return Receipt(accepted=len(alerts))

    def close(self) -> None:
        """Nothing is held open between two messages."""

    def _append(self, lines: bytes) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_size + len(lines) > self._bytes:
                self._turn_over()
        # A link put in its place by somebody else is not followed.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        with os.fdopen(os.open(self._path, flags, 0o600), "r+b", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            if size:
                os.lseek(file.fileno(), size - 1, os.SEEK_SET)
                if os.read(file.fileno(), 1) != b"\n":
                    # A line cut by a crash stays cut; the next one begins on its own.
                    lines = b"\n" + lines
            written = os.write(file.fileno(), lines)
            if written < len(lines):
                os.ftruncate(file.fileno(), size)
                raise OSError(28, "the disk is full")
            os.fsync(file.fileno())

    def _turn_over(self) -> None:
        """Move .1 to .2 and so on, and the file itself to .1."""
        for number in range(self._keep, 0, -1):
            older = self._path if number == 1 else self._numbered(number - 1)
            with contextlib.suppress(FileNotFoundError):
                older.replace(self._numbered(number))
        if not self._keep:
            self._path.unlink()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def _line(alert: Alert, voice: Voice) -> bytes:
    return msgspec.json.encode({"key": alert.key, **data_of(alert, voice)}) + b"\n"
