"""Streams of invented posts about assemblies and hazards, for the tests of contract 2.2."""

import json
import tomllib
from pathlib import Path
from random import Random

from tocsin.clock import rfc3339
from tocsin.engine import replay
from tocsin.sources.frames import decode_replay

NOON_MS = 1_767_268_800_000
POSTS = tomllib.loads(Path(__file__).with_name("assembly_posts.toml").read_text("utf-8"))
PLACES = ("Lima", "Valencia", "Nairobi", "Osaka", "Chicago", "Marseille", "Hamburg", "Jakarta",
          "Porto Alegre", "Kraków", "Izmir", "Athens", "Toronto", "Dakar", "Hanoi")  # fmt: skip
"""Where invented assemblies take place."""
_SYLLABLES = ("zor", "bel", "qui", "mat", "vex", "ulo", "pra", "nid", "hux", "ter")


def row(at_ms, author, text, number, lang=None):
    """One replay line."""
    said = {"created_at": rfc3339(at_ms), "author": author, "text": text, "id": f"i{number}"}
    return at_ms, json.dumps({**said, "lang": lang} if lang else said).encode()


def hashtag(rng):
    """A tag that nobody uses."""
    return "#" + "".join(rng.choice(_SYLLABLES) for _ in range(4))


def templates(*kinds):
    """(language, text) of every post of these kinds."""
    return [(lang, text) for lang, posts in POSTS.items() for k in kinds for text in posts[k]]


def assembly_posts(count, begin_ms, end_ms, places, seed=1):
    """`count` rows: spread over the time, half of them in bursts, at the given places."""
    rng = Random(seed)
    said = templates("plain") + 3 * templates("homonym")
    bursts = [
        (rng.randrange(begin_ms, end_ms), rng.choice(places), *rng.choice(said), hashtag(rng))
        for _ in range(max(2, count // 400))
    ]
    rows = []
    for number in range(count):
        if rng.random() < 0.5:
            start_ms, place, lang, text, tag = rng.choice(bursts)
            at_ms = min(start_ms + rng.randrange(90_000), end_ms)
        else:
            at_ms, place, tag = rng.randrange(begin_ms, end_ms), rng.choice(places), hashtag(rng)
            lang, text = rng.choice(said)
        words = text.format(place=place, tag=tag)
        rows.append(row(at_ms, f"marcher{number}", words, f"a{number}", lang))
    return rows


def played(rows, chunk=1_000):
    """Events of rows in order of time."""
    frames = [frame for _, frame in sorted(rows, key=lambda each: each[0])]
    chunks = [frames[n : n + chunk] for n in range(0, len(frames), chunk)]
    return replay(chunks, decode_replay)
