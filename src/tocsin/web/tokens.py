"""The tokens by which people sign in: kept beside the store as digests, never as themselves."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Literal, get_args

import msgspec

from tocsin.errors import ConfigError, InputError

Role = Literal["viewer", "editor", "operator"]
"""Who looks; who writes watches, silences and answers; who runs the machine."""
ROLES: tuple[Role, ...] = get_args(Role)
TOKENS = 200
"""Tokens in one file."""
LABEL = 40
"""Longest label, in characters."""
PREFIX = "tocsin_"


class Token(msgspec.Struct, frozen=True):
    """One token, told without its secret."""

    id: str
    role: Role
    digest: str
    """SHA-256 of the token. It is 256 random bits, so nobody can try them all, fast or slow."""
    since: str
    label: str = ""
    """What it is for, as its giver wrote it; accounts are listed and can be deleted."""


def digest_of(token: str) -> str:
    """What is kept of a token or of a session's name."""
    return hashlib.sha256(b"tocsin token\0" + token.encode("utf-8", "replace")).hexdigest()


class TokenFile:
    """A file of tokens that is read anew when it has changed; a file that is not there is empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._tokens: tuple[Token, ...] = ()

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, oldest first. Raises ConfigError when the file cannot be read."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._seen, self._tokens = None, ()
            return ()
        except OSError as error:
            raise self._unreadable(error.strerror or "it cannot be opened") from None
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            try:
                raw = self.path.read_bytes()
                self._tokens = tuple(msgspec.json.decode(raw, type=list[Token]))
            except OSError as error:
                raise self._unreadable(error.strerror or "it cannot be opened") from None
            except msgspec.MsgspecError:
                raise self._unreadable("it is not what Tocsin wrote") from None
            self._seen = seen
        return self._tokens

    def add(self, role: Role, label: str, since: str) -> tuple[str, Token]:
        """A new token and its entry; the token itself is never to be had again.

        Raises InputError for a label that is too long or has signs that do not print, and
        when the file is full.
        """
        kept = self.tokens()
        if len(label) > LABEL or not label.isprintable():
            raise InputError(f"label: at most {LABEL} signs that print. Write a shorter one.")
        if len(kept) >= TOKENS:
            raise InputError(f"{self.path.name}: holds {TOKENS} tokens. Take old ones out first.")
        secret = PREFIX + secrets.token_urlsafe(32)
        token = Token(secrets.token_hex(4), role, digest_of(secret), since, label)
        self._write((*kept, token))
        return secret, token

    def remove(self, token_id: str) -> bool:
        """Take one out; False when there is none of this id."""
        kept = self.tokens()
        left = tuple(token for token in kept if token.id != token_id)
        if len(left) == len(kept):
            return False
        self._write(left)
        return True

    def _write(self, tokens: tuple[Token, ...]) -> None:
        """Put the whole file in place at once, for its owner's eyes only."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(opened, "wb") as out:
                out.write(msgspec.json.format(msgspec.json.encode(list(tokens))) + b"\n")
                out.flush()
                os.fsync(out.fileno())
            os.replace(draft, self.path)
        finally:
            draft.unlink(missing_ok=True)

    def _unreadable(self, why: str) -> ConfigError:
        return ConfigError(
            self.path.name,
            f"the tokens cannot be read: {why}",
            "Mend its rights, or delete it and give out new ones: tocsin token add.",
        )


def beside(store: Path) -> TokenFile:
    """The tokens that belong to a store."""
    return TokenFile(store.with_name(f"{store.stem}-tokens.json"))
