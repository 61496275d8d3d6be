"""The same work as anyone would write it first: one post at a time, in plain Python."""

import json
import math
import re
from collections import Counter, defaultdict, deque
from typing import NamedTuple

from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards

_WORDS = re.compile(r"\w+")
_PHRASE_WORDS = 4
_WINDOW = 2_000
_JOIN = 0.4
_BURST = 5


class NaiveResult(NamedTuple):
    """What the plain loop made of a load."""

    posts: int
    named: int
    stories: int
    told: int


class NaiveLoop:
    """Decode, cut into words, look up hazards and places, join the most alike story, count."""

    def __init__(self) -> None:
        self._terms: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        for hazard in load_hazards():
            for wording in hazard.wordings.values():
                for term in wording.terms:
                    bare = term.rstrip("@ ").lower()
                    table = self._stems if bare.endswith("*") else self._terms
                    table[bare.rstrip("*")] = hazard.key
        self._gazetteer = Gazetteer.load()
        self._seen: set[str] = set()
        self._stories: dict[int, Counter[str]] = {}
        self._by_word: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=16))
        self._voices: dict[int, set[str]] = defaultdict(set)
        self._recent: deque[int] = deque()
        self._df: Counter[str] = Counter()
        self._told: set[int] = set()
        self._posts = self._named = 0

    def run(self, frames: list[bytes]) -> NaiveResult:
        """Take every frame, one after the other."""
        for frame in frames:
            self._take(frame)
        return NaiveResult(self._posts, self._named, len(self._stories), len(self._told))

    def _take(self, frame: bytes) -> None:
        event = json.loads(frame)
        commit = event.get("commit")
        if not commit or commit["collection"] != "app.bsky.feed.post":
            return
        key = f"{event['did']}/{commit['rkey']}"
        if commit["operation"] == "delete":
            self._seen.discard(key)
            return
        if key in self._seen:
            return
        self._seen.add(key)
        self._posts += 1
        words = _WORDS.findall(commit["record"].get("text", "").lower())
        hazard = self._hazard(words)
        if hazard is None:
            return
        self._named += 1
        places = [w for w in words if len(w) > 3 and self._gazetteer.find(w.capitalize())]
        self._join({hazard, *places, *words}, event["did"])

    def _hazard(self, words: list[str]) -> str | None:
        for i in range(len(words)):
            for size in range(1, _PHRASE_WORDS + 1):
                phrase = " ".join(words[i : i + size])
                if phrase in self._terms:
                    return self._terms[phrase]
                for cut in range(4, len(phrase)):
                    if phrase[:cut] in self._stems:
                        return self._stems[phrase[:cut]]
        return None

    def _join(self, words: set[str], voice: str) -> None:
        total = 1 + sum(self._df.values()) / 16
        self._df.update(words)
        idf = {word: math.log(1 + total / self._df[word]) for word in words}
        rare = sorted(words, key=lambda word: -idf[word])[:6]
        best, score = -1, 0.0
        for story in {s for word in rare for s in self._by_word[word]}:
            counts = self._stories.get(story)
            if counts is None:
                continue
            dot = sum(idf[word] * idf[word] for word in words if word in counts)
            norm = sum(weight * weight for weight in idf.values())
            if dot / norm > score:
                best, score = story, dot / norm
        if score < _JOIN:
            best = len(self._recent) + len(self._stories)
            self._stories[best] = Counter()
            self._recent.append(best)
            if len(self._recent) > _WINDOW:
                self._stories.pop(self._recent.popleft(), None)
        self._stories[best].update(words)
        for word in rare:
            self._by_word[word].append(best)
        self._voices[best].add(voice)
        if len(self._voices[best]) >= _BURST:
            self._told.add(best)
