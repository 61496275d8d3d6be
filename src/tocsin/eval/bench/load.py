"""Invented Jetstream frames, seeded, mixed as on the real stream."""

import tomllib
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple

import msgspec

from tocsin.clock import rfc3339
from tocsin.sources.frames import POSTS
from tocsin.vocabulary.hazards import load_hazards

RECORD_PER_S = 143_199
"""Posts in the busiest second that was ever published of such a stream."""
START_MS = 1_795_348_800_000
"""Stream time at which a load begins."""
FRAME_MEAN_BYTES = 814
"""What a line of a recorded stream measured on average; the load is padded to it."""
_KINDS = ("create", "edit", "delete", "like", "identity", "account")
_KIND_SHARES = (0.86, 0.003, 0.08, 0.03, 0.02, 0.007)
_REPLIES, _EMBEDS, _FACETS, _COPIES = 0.46, 0.47, 0.38, 0.07
_FRESH_WORDS = 0.02
_ACCOUNTS = 200_000
_PAST_POSTS = 4_096
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PLACES = ("Lima", "Naples", "Osaka", "Quito", "Izmir", "Manila", "Valencia", "Medan", "Patras")


class Load(NamedTuple):
    """Frames of one kind of stream, and what was put into them."""

    frames: list[bytes]
    posts: int
    """Frames that are new posts."""
    hazards: int
    """Posts written from a post that names a hazard."""
    languages: int

    @property
    def size_bytes(self) -> int:
        """All frames together."""
        return sum(map(len, self.frames))


class _Words(msgspec.Struct):
    share: int
    words: str


@cache
def _small_talk() -> dict[str, tuple[int, list[str]]]:
    text = files("tocsin.eval").joinpath("data/bench_words.toml").read_text("utf-8")
    found = msgspec.convert(tomllib.loads(text), dict[str, _Words])
    return {lang: (entry.share, entry.words.split()) for lang, entry in found.items()}


@cache
def hazard_posts() -> dict[str, list[str]]:
    """The vocabulary's own invented posts that must be read as a hazard, by language."""
    found: dict[str, list[str]] = {}
    for hazard in load_hazards():
        for lang, wording in hazard.wordings.items():
            found.setdefault(lang, []).extend(wording.yes)
    return found


class _Writer:
    """Writes one frame after the other; the same seed gives the same bytes."""

    def __init__(self, seed: int, share: float, languages: int) -> None:
        self._rng = Random(f"bench/{seed}/{share}/{languages}")
        talk = dict(list(_small_talk().items())[:languages])
        self._langs = list(talk)
        self._weights = [share for share, _ in talk.values()]
        self._words = {lang: words for lang, (_, words) in talk.items()}
        self._share = share
        self._past: list[tuple[str, str]] = []
        self._texts: list[tuple[str, str]] = []
        self.hazards = self.posts = 0

    def frame(self, number: int, at_us: int) -> bytes:
        rng = self._rng
        kind = rng.choices(_KINDS, _KIND_SHARES)[0]
        did = f"did:plc:{self._code(rng.randrange(_ACCOUNTS), 24)}"
        event: dict[str, Any] = {"did": did, "time_us": at_us}
        if kind == "identity":
            event |= {
                "kind": "identity",
                "identity": {
                    "did": did,
                    "handle": "someone.invalid",
                    "seq": number,
                    "time": rfc3339(at_us // 1000),
                },
            }
        elif kind == "account":
            event |= {
                "kind": "account",
                "account": {
                    "active": True,
                    "did": did,
                    "seq": number,
                    "time": rfc3339(at_us // 1000),
                },
            }
        else:
            event |= {"kind": "commit", "commit": self._commit(kind, event, number)}
        return msgspec.json.encode(event)

    def _commit(self, kind: str, event: dict[str, Any], number: int) -> dict[str, Any]:
        rng = self._rng
        rev = "3m" + self._code(number, 11)
        commit: dict[str, Any] = {"rev": rev, "operation": "create", "collection": POSTS}
        commit["rkey"] = "3k" + self._code(number, 11)
        if kind == "like":
            commit["collection"] = "app.bsky.feed.like"
            commit["record"] = {
                "$type": "app.bsky.feed.like",
                "subject": self._parent(),
                "createdAt": rfc3339(event["time_us"] // 1000),
            }
        elif kind == "delete":
            commit["operation"] = "delete"
            if self._past and rng.random() < 0.5:
                event["did"], commit["rkey"] = rng.choice(self._past)
            return commit
        else:
            self._remember(event["did"], commit["rkey"])
            if kind == "edit":
                commit["operation"] = "update"
            self.posts += kind == "create"
            commit["record"] = self._record(event["time_us"] // 1000)
        commit["cid"] = self._cid()
        return commit

    def _remember(self, did: str, rkey: str) -> None:
        if len(self._past) < _PAST_POSTS:
            self._past.append((did, rkey))
        else:
            self._past[self._rng.randrange(_PAST_POSTS)] = (did, rkey)

    def _record(self, at_ms: int) -> dict[str, Any]:
        rng = self._rng
        text, lang = self._text()
        record: dict[str, Any] = {"$type": POSTS, "createdAt": rfc3339(at_ms)}
        if rng.random() < _EMBEDS:
            image = {
                "$type": "blob",
                "ref": {"$link": self._cid()},
                "mimeType": "image/jpeg",
                "size": rng.randrange(10_000, 900_000),
            }
            if rng.random() < 0.5:
                ratio = {"height": 1200, "width": 900}
                picture = {"alt": self._talk(lang, 30), "aspectRatio": ratio, "image": image}
                record["embed"] = {"$type": "app.bsky.embed.images", "images": [picture]}
            else:
                page = {
                    "description": self._talk(lang, 34),
                    "title": self._talk(lang, 6),
                    "thumb": image,
                    "uri": "https://news.invalid/" + self._cid(),
                }
                record["embed"] = {"$type": "app.bsky.embed.external", "external": page}
        if rng.random() < _FACETS:
            tag = {"$type": "app.bsky.richtext.facet#tag", "tag": "quiet"}
            spot = {"byteStart": 0, "byteEnd": 5}
            record["facets"] = [{"features": [tag], "index": spot}]
        record["langs"] = [lang]
        if rng.random() < _REPLIES:
            record["reply"] = {"parent": self._parent(), "root": self._parent()}
        record["text"] = text
        return record

    def _text(self) -> tuple[str, str]:
        rng = self._rng
        if self._texts and rng.random() < _COPIES:
            return rng.choice(self._texts)
        lang = rng.choices(self._langs, self._weights)[0]
        if rng.random() < self._share:
            self.hazards += 1
            text = rng.choice(hazard_posts().get(lang) or hazard_posts()["en"])
            text += f" {rng.choice(_PLACES)} {self._talk(lang, rng.randrange(0, 8))}"
        else:
            text = self._talk(lang, max(2, int(rng.gauss(19, 8))))
        if rng.random() < 0.1:
            text += rng.choice((" 😀", '\n"so true"', " https://t.invalid/x", " & more", "!!"))
        if len(self._texts) < _PAST_POSTS:
            self._texts.append((text, lang))
        return text, lang

    def _talk(self, lang: str, count: int) -> str:
        """Small talk of so many words, one in fifty never heard before."""
        rng, known = self._rng, self._words[lang]
        drawn = [int(len(known) * rng.random() ** 2) for _ in range(count)]
        fresh = rng.random() < _FRESH_WORDS * count
        said = [known[i] for i in drawn]
        if fresh and said:
            said[rng.randrange(count)] = self._code(rng.getrandbits(35), 7)
        return " ".join(said)

    def _parent(self) -> dict[str, str]:
        rng = self._rng
        did = f"did:plc:{self._code(rng.randrange(_ACCOUNTS), 24)}"
        return {
            "cid": self._cid(),
            "uri": f"at://{did}/{POSTS}/3k{self._code(rng.getrandbits(50), 11)}",
        }

    def _cid(self) -> str:
        return "bafyrei" + self._code(self._rng.getrandbits(250), 52)

    @staticmethod
    def _code(number: int, size: int) -> str:
        """A number in the letters of an identifier, always so many of them."""
        out = []
        for _ in range(size):
            out.append(_LETTERS[number & 31])
            number >>= 5
        return "".join(out)


def make_load(
    count: int, share: float = 0.03, seed: int = 0, languages: int = 23, per_s: float = 1_000.0
) -> Load:
    """`count` frames at `per_s` a second of stream time; `share` of the posts name a hazard."""
    writer = _Writer(seed, share, languages)
    step_us = 1_000_000 / per_s
    frames = [writer.frame(i, START_MS * 1_000 + int(i * step_us)) for i in range(count)]
    return Load(frames, writer.posts, writer.hazards, languages)
