"""Which source families are independent of one another, so that one may confirm the other."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files


@cache
def groups() -> dict[str, str]:
    """Group of each family named in `families.toml`."""
    text = (files("tocsin.rate") / "families.toml").read_text("utf-8")
    return dict(tomllib.loads(text)["groups"])


def independent(families: Iterable[str]) -> int:
    """How many voices that do not copy each other the families make."""
    return len({groups().get(family, family) for family in families})
