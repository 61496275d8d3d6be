"""Identities that nobody has, and every string that belongs to one of them."""

from random import Random
from typing import NamedTuple

COUNT = 72
_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Canary(NamedTuple):
    """One invented identity."""

    token: str
    """14 letters and digits; part of every account, id, address and word of this identity."""
    name: str
    """A display name with marks, so that composed and decomposed forms differ."""
    digits: tuple[str, str]
    """Fractions of a latitude and a longitude that no gazetteer has."""

    @property
    def strings(self) -> tuple[str, ...]:
        """What to search for: any longer string of this identity holds one of these."""
        return (self.token, self.name, *self.digits)


def hatch(seed: int, count: int = COUNT) -> tuple[Canary, ...]:
    """`count` distinct identities; the same for the same seed."""
    rng = Random(f"boundary/{seed}")
    found: dict[str, Canary] = {}
    while len(found) < count:
        body = "".join(rng.choice(_SIGNS) for _ in range(10))
        token = f"qx{rng.randrange(10)}{body}z"
        name = f"Zoë{body[:4].title()} Quiñ{body[4:8]}"
        digits = tuple(f"{rng.randrange(10**8, 10**9)}7" for _ in range(2))
        found[token] = Canary(token, name, (digits[0], digits[1]))
    return tuple(found.values())
