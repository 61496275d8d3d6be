"""What ten times the terms cost the sieve: seconds over the same texts, written as a ratio."""

import json
import sys
import time
from pathlib import Path

import numpy as np

from tocsin.gate.examples import load_hazards
from tocsin.vocabulary.lexicon import Lexicon, compile_lexicon, find
from tocsin.vocabulary.pack import _assembly_tags, _hazard_phrases
from tocsin.vocabulary.tokens import pack_texts, tokenise

TEXTS = 40_000
ROUNDS = 7


def chatter(rng: np.random.Generator) -> list[str]:
    """Invented texts: words of the vocabulary's own innocent examples, shuffled."""
    wordings = [w for hazard in load_hazards() for w in hazard.wordings.values()]
    words = [word for wording in wordings for text in wording.no for word in text.split()]
    lengths = rng.integers(6, 30, TEXTS)
    return [" ".join(rng.choice(words, size)) for size in lengths.tolist()]


def seconds(lexicon: Lexicon, texts: list[str]) -> float:
    """The best of several rounds."""
    buffer, offsets = pack_texts(texts)
    best = np.inf
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        find(lexicon, tokenise(buffer, offsets, lexicon.stems, lexicon.tags), True)
        best = min(best, time.perf_counter() - begun)
    return float(best)


def main() -> None:
    """Print and write the ratio."""
    rng = np.random.Generator(np.random.PCG64(1))
    phrases, tags = _hazard_phrases().sieve, _assembly_tags()
    texts = chatter(rng)
    tenth = [phrases[i] for i in sorted(rng.choice(len(phrases), len(phrases) // 10, False))]
    few, all_of_them = compile_lexicon(tenth, tags), compile_lexicon(phrases, tags)
    seconds(few, texts[:100])
    one, ten = seconds(few, texts), seconds(all_of_them, texts)
    found = {
        "command": "python bench/sieve_terms.py",
        "texts": TEXTS,
        "terms": [len(tenth), len(phrases)],
        "texts_per_s": [round(TEXTS / one), round(TEXTS / ten)],
        "slower": round(ten / one, 3),
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
