"""What the synthetic world can say is complete in six languages and told apart."""

import ast
import re
from pathlib import Path
from random import Random

import pytest

import tocsin.sources as sources
from tocsin.sources.synthetic_chatter import burst, chatter_of_second, decoy
from tocsin.sources.synthetic_lore import (
    DECOY_KINDS,
    LANGS,
    cities,
    fill,
    misspell,
    natures,
    phrasebook,
)
from world.head_terms import HEAD_TERMS, names_hazard

KNOWN = dict.fromkeys(("place", "hazard", "dead", "injured", "homes", "magnitude", "title"), "X")


def every_template(lang):
    book = phrasebook(lang)
    yield from ((text, (book.local,)) for words in book.hazards.values() for text in words.head)
    yield from ((text, (book.local,)) for words in book.hazards.values() for text in words.oblique)
    for texts in (book.calls, book.news, book.figures, book.magnitude, book.unpowered):
        yield from ((text, (book.local,)) for text in texts)
    yield from ((text, (book.ordinary.slots,)) for text in book.ordinary.chatter)
    for kind in DECOY_KINDS:
        yield from ((text, (book.decoys.slots, book.local)) for text in book.decoys.of(kind))


@pytest.mark.parametrize("lang", LANGS)
def test_every_template_can_be_filled(lang):
    for text, tables in every_template(lang):
        filled = fill(text, Random(1), *tables, **KNOWN)
        assert "{" not in filled and filled.strip(), text


@pytest.mark.parametrize("lang", LANGS)
def test_phrases_are_plenty_and_told_apart(lang):
    book = phrasebook(lang)
    assert set(book.hazards) == set(natures()) == set(HEAD_TERMS)
    for hazard, words in book.hazards.items():
        assert len(set(words.head)) >= 3 and len(set(words.oblique)) >= 2
        assert all("{place}" in text for text in (*words.head, *words.oblique)), hazard
        for text in (*words.head, words.name):
            assert names_hazard(hazard, lang, text), text
        for text in words.oblique:
            assert not names_hazard(hazard, lang, text), text
            for around in (*book.openers, *book.closers, *book.local["detail"]):
                assert not names_hazard(hazard, lang, around), around


@pytest.mark.parametrize("lang", LANGS)
def test_chatter_rarely_repeats(lang):
    posts = [d for s in range(600) for d in chatter_of_second(1, s, 0, 20.0)]
    said = [d.text for d in posts if d.lang == lang and d.role == "chatter"]
    assert len(said) > 500
    assert len(set(said)) > max(400, 0.85 * len(said))


def test_chatter_keeps_its_rate_below_one_a_second():
    posts = [d for s in range(4_000) for d in chatter_of_second(1, s, 0, 0.1) if d.op == "create"]
    assert 320 < len(posts) < 480


@pytest.mark.parametrize("kind", DECOY_KINDS)
@pytest.mark.parametrize("lang", LANGS)
def test_decoys_share_the_rare_word(kind, lang):
    said = {decoy(kind, lang, Random(n), "Velquarnup") for n in range(40)}
    assert len(said) >= 4
    if kind != "assembly":
        assert all("Velquarnup" in text for text in said)


def test_bursts_are_many_voices_on_one_theme_of_every_kind():
    seen = {}
    for number in range(len(DECOY_KINDS)):
        posts = burst(3, number, 1_000)
        (kind,) = {post.role for post in posts}
        seen[kind] = posts
        assert len({post.voice for post in posts}) == len(posts) >= 12
        if kind != "assembly":
            named = [set(re.findall("[A-Z][a-z]{7,}", post.text)) for post in posts]
            assert set.intersection(*named), posts
    assert set(seen) == set(DECOY_KINDS)


def test_misspelling_changes_one_word_only():
    text = "strange sharp smell everywhere"
    seen = {misspell(text, Random(n)) for n in range(60)}
    assert len(seen) > 15
    for typed in seen - {text}:
        pairs = zip(text.split(), typed.split(), strict=True)
        assert sum(a != b for a, b in pairs) == 1


def test_places_are_real_and_have_names():
    assert len({city.name for city in cities()}) == len(cities()) >= 40
    for city in cities():
        assert -90 < city.lat < 90 and -180 < city.lon < 180
        assert city.lang in LANGS and len(city.country) == 2
        assert "ja" in city.names and "ar" in city.names


def test_the_world_is_not_written_from_the_vocabulary():
    folder = Path(sources.__file__).parent
    modules = sorted(folder.glob("synthetic*.py"))
    assert len(modules) >= 5
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, module.name
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            assert not [n for n in names if n.startswith("tocsin.vocabulary")], module.name
