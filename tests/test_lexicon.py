"""Phrases are found where they stand, and nowhere else."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hostile_text as hostile
import naive
from small_vocabulary import PHRASES, WANTED
from tocsin.vocabulary.lexicon import compile_lexicon, find
from tocsin.vocabulary.tokens import PHRASE_MAX, pack_texts, tokenise

LEXICON = compile_lexicon(PHRASES)
WORDS = [phrase.rstrip("*") for phrase, _ in PHRASES]

talk = st.one_of(
    st.lists(
        st.sampled_from([*WORDS, "ing", "the", "والفيضان", "بالزلزال", ".", "7"]), max_size=12
    ).map(" ".join),
    hostile.texts,
)


def hits_by_text(lexicon, texts, first_only=False):
    hits = find(lexicon, tokenise(*pack_texts(texts), lexicon.stems), first_only)
    return [
        [
            (int(hits.token[h]), int(hits.length[h]), int(hits.code[h]))
            for h in range(hits.at[doc], hits.at[doc + 1])
        ]
        for doc in range(len(texts))
    ]


def twin(texts, phrases=PHRASES, lexicon=LEXICON):
    stems = {int(stem) for stem in lexicon.stems if stem}
    return [
        naive.hits_of(phrases, naive.tokens_of(text.encode("utf-8", "replace"), stems)[0])
        for text in texts
    ]


@given(st.lists(talk, max_size=4))
@settings(max_examples=200)
@example(["flooding flash flood floods", "house on fire sale", "twenty five killed"])
def test_kernel_and_twin_find_the_same(texts):
    assert [sorted(hits) for hits in hits_by_text(LEXICON, texts)] == twin(texts)


@given(st.lists(talk, max_size=4))
@settings(max_examples=100)
def test_the_first_hits_are_enough_for_the_sieve(texts):
    found = hits_by_text(LEXICON, texts, first_only=True)
    for mine, wanted in zip(found, twin(texts), strict=True):
        first = wanted[0][0] if wanted else None
        assert sorted(mine) == [hit for hit in wanted if hit[0] == first]


@given(st.lists(talk, max_size=6))
@settings(max_examples=50)
def test_hits_come_in_order_of_their_first_token(texts):
    for hits in hits_by_text(LEXICON, texts):
        assert [hit[0] for hit in hits] == sorted(hit[0] for hit in hits)


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["ab", "abc", "abcd", "x", "地", "震", "زلزال"]), min_size=1,
                     max_size=3),
            st.booleans(), st.integers(0, 5),
        ),
        min_size=1, max_size=12,
    ),
    st.lists(
        st.sampled_from(["ab", "abc", "abcd", "abcde", "x", "地", "震", "والزلزال"]), max_size=9
    ),
)  # fmt: skip
@settings(max_examples=200)
def test_any_lexicon_agrees_with_its_twin(drawn, words):
    phrases = [
        (" ".join(tokens) + ("*" if stem and len(tokens[-1]) > 2 else ""), code)
        for tokens, stem, code in drawn
    ]
    lexicon = compile_lexicon(phrases)
    text = " ".join(words)
    assert [sorted(hits_by_text(lexicon, [text])[0])] == twin([text], phrases, lexicon)


@pytest.mark.parametrize(
    ("text", "found"),
    [("FLOODING", True), ("flooood", False), ("floo", False), ("#FlashFlood", True),
     ("والفيضان", True), ("fires", False), ("大地震だ", True), ("incêndio", True), ("", False)],
)  # fmt: skip
def test_what_the_sieve_lets_pass(text, found):
    assert bool(hits_by_text(compile_lexicon(WANTED), [text], True)[0]) == found


def test_a_room_too_small_grows():
    text = "house on fire " * 200
    assert [sorted(h) for h in hits_by_text(LEXICON, [text] * 3)] == twin([text] * 3)


@pytest.mark.parametrize("phrase", ["", "  ", "*", "!?", "a " * (PHRASE_MAX + 1)])
def test_a_phrase_of_no_or_too_many_tokens_is_named(phrase):
    with pytest.raises(ValueError, match="tokens; write 1 to"):
        compile_lexicon([(phrase, 1)])


@pytest.mark.parametrize("phrase", ["ab*", "fire at ab*", "大地震*", "fire 2031*"])
def test_a_stem_that_can_never_be_found_is_refused(phrase):
    with pytest.raises(ValueError, match="stem of fewer than 3 letters"):
        compile_lexicon([(phrase, 1)])


def test_the_same_phrases_give_the_same_tables():
    forwards, backwards = compile_lexicon(PHRASES), compile_lexicon(PHRASES[::-1])
    for one, two in zip(forwards, backwards, strict=True):
        assert np.array_equal(one, two)


def test_a_word_in_a_joined_hashtag_counts_there_only():
    lexicon = compile_lexicon([("##flood", 7), ("flash flood", 8), ("campflood", 9)], ["march"])
    texts = ["#valleyflood", "#FloodValley", "#floodvalley", "#flood", "flood", "valleyflood",
             "#flashflood", "#campflood", "#marchflood"]  # fmt: skip
    buffer, offsets = pack_texts(texts)
    hits = find(lexicon, tokenise(buffer, offsets, lexicon.stems, lexicon.tags))
    found = [hits.code[hits.at[i] : hits.at[i + 1]].tolist() for i in range(len(texts))]
    assert found == [[7], [7], [7], [], [], [], [8, 7], [9], [7]]
