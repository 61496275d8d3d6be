"""The rest of the stream: chatter, and bursts that sound like a hazard and are none."""

from random import Random

from tocsin.sources.synthetic_canary import Draft
from tocsin.sources.synthetic_lore import (
    DECOY_KINDS,
    LANGS,
    cities,
    fill,
    misspell,
    phrasebook,
    title,
)

TAKEN_BACK_MS = 9_000
"""A deletion of chatter comes at most this long after the post."""
BURST_LIFE_MS = 45_000
"""A burst of decoys is over after this."""
_WEIGHTS = (50, 15, 12, 8, 10, 5)
_ACCOUNTS = 20_000


def chatter_of_second(seed: int, second: int, begin_ms: int, posts_per_s: float) -> list[Draft]:
    """The posts of one second, with the deletions that some of them will see."""
    rng = Random(f"chatter/{seed}/{second}")
    count = int(posts_per_s) + (rng.random() < posts_per_s % 1)
    found: list[Draft] = []
    for number in range(count):
        at_ms = begin_ms + (number * 1000 + rng.randrange(1000)) // count
        lang = rng.choices(LANGS, _WEIGHTS)[0]
        text, role = _said(rng, lang)
        draft = Draft(at_ms, f"c{second}.{number}", f"c{rng.randrange(_ACCOUNTS)}", lang, text)
        draft = draft._replace(role=role)
        found.append(draft)
        if rng.random() < 0.01:
            gone_ms = at_ms + rng.randrange(1_000, TAKEN_BACK_MS)
            found.append(draft._replace(at_ms=gone_ms, text="", op="delete", role="delete"))
    return found


def _said(rng: Random, lang: str) -> tuple[str, str]:
    """Text and role of one post: mostly ordinary, now and then a lone decoy."""
    draw = rng.random()
    if draw < 0.05:
        kind = "figurative" if draw < 0.025 else "assembly" if draw < 0.04 else "anniversary"
        return decoy(kind, lang, rng, title(rng)), kind
    book = phrasebook(lang)
    text = fill(rng.choice(book.ordinary.chatter), rng, book.ordinary.slots)
    if rng.random() < 0.6:
        text += f". {fill(rng.choice(book.ordinary.chatter), rng, book.ordinary.slots)}"
    if draw > 0.93:
        text = misspell(text, rng)
    elif draw > 0.7:
        text = f"{rng.choice(book.openers)} {text}"
    return text, "chatter"


def decoy(kind: str, lang: str, rng: Random, rare: str) -> str:
    """One post of a DECOY_KINDS kind around the rare word."""
    book = phrasebook(lang)
    place = rng.choice(cities()).called(lang)
    tables = (book.decoys.slots, book.local)
    return fill(rng.choice(book.decoys.of(kind)), rng, *tables, title=rare, place=place)


def burst(seed: int, number: int, start_ms: int) -> list[Draft]:
    """Twelve to forty accounts that all speak of one rare word within BURST_LIFE_MS."""
    rng = Random(f"burst/{seed}/{number}")
    kinds = list(DECOY_KINDS)
    Random(f"kinds/{seed}/{number // len(kinds)}").shuffle(kinds)
    kind, rare = kinds[number % len(kinds)], title(rng)
    main = rng.choices(LANGS, _WEIGHTS)[0]
    found = []
    for voice in range(rng.randrange(12, 41)):
        lang = main if rng.random() < 0.8 else rng.choice(LANGS)
        text = decoy(kind, lang, rng, rare)
        if rng.random() < 0.5:
            text += f" {rng.choice(phrasebook(lang).ordinary.slots['verdict'])}"
        at_ms = start_ms + rng.randrange(BURST_LIFE_MS)
        found.append(Draft(at_ms, f"d{number}.{voice}", f"d{number}v{voice}", lang, text))
    return [draft._replace(role=kind) for draft in found]
