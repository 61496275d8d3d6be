"""What is understood of 300 invented posts, as it was written down before the words were."""

import tomllib
from collections import Counter

import pytest

from tidy.files import ROOT
from tocsin.gate.reading import seen_in_all
from tocsin.vocabulary.tongues import LANGUAGES

POSTS = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))["post"]
    for path in sorted((ROOT / "tests" / "explain").glob("*.toml"))
}
ALL = [(lang, post) for lang, posts in POSTS.items() for post in posts]
LEAST_RIGHT = 0.95


def faults(lang, post, seen):
    """What of a post is understood otherwise than its author meant, in words."""
    found = []
    right = seen.counts and seen.hazard in post["hazards"] if post["hazards"] else not seen.counts
    if not right:
        found.append(f"hazard {seen.hazard}, counts {seen.counts}, sense {seen.sense}")
    if seen.masked is not post["masked"]:
        found.append(f"masked {seen.masked}")
    if seen.language != lang:
        found.append(f"language {seen.language}")
    if not post["hazards"]:
        return found
    for place in post["places"]:
        if not set(place.split("|")) & set(seen.places):
            found.append(f"places {seen.places}, not {place}")
    if dict(seen.facts) != post["facts"]:
        found.append(f"facts {dict(seen.facts)}, not {post['facts']}")
    return found


@pytest.fixture(scope="module")
def misread():
    """(language, text, faults) of each post that is not fully right."""
    seen = seen_in_all([post["text"] for _, post in ALL])
    pairs = zip(ALL, seen, strict=True)
    told = [(lang, post["text"], faults(lang, post, one)) for (lang, post), one in pairs]
    return [entry for entry in told if entry[2]]


def test_there_are_enough_posts_of_every_sort():
    assert len(ALL) >= 300
    assert set(POSTS) == set(LANGUAGES) - {"und"}
    silent = [post for _, post in ALL if not post["hazards"]]
    assert len(silent) >= len(ALL) * 0.3
    assert sum(post["masked"] for post in silent) >= len(POSTS)


def test_at_least_95_in_100_are_fully_right(misread):
    right = 1 - len(misread) / len(ALL)
    lines = [f"{lang}: {text}: {'; '.join(said)}" for lang, text, said in misread]
    assert right >= LEAST_RIGHT, f"{right:.1%} fully right\n" + "\n".join(lines)


def test_no_language_is_left_behind(misread):
    wrong = Counter(lang for lang, _, _ in misread)
    poor = {lang: wrong[lang] for lang in POSTS if wrong[lang] > 2}
    assert not poor, f"more than two posts misread: {poor}"


def test_what_is_masked_is_never_missed(misread):
    assert not [entry for entry in misread if "masked False" in entry[2]]
