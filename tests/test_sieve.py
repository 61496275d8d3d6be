"""The sieve asks one question of every post, and lets nothing through its meshes unasked."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hostile_text as hostile
from small_vocabulary import PHRASES, WANTED, small_vocabulary
from tocsin.eval.bench.load import hazard_posts
from tocsin.gate.sense_kernel import PAIR_REACH
from tocsin.gate.sieve import Sieve
from tocsin.gate.sieve_kernel import ATOMS_MAX
from tocsin.vocabulary.codes import Code, code_of
from tocsin.vocabulary.lexicon import compile_lexicon, find
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.tokens import pack_texts, tokenise

SMALL = small_vocabulary()
words = st.sampled_from(sorted({phrase.rstrip("*@ ") for phrase, _ in PHRASES} | {"and", "so"}))
talk = st.one_of(st.lists(words, max_size=9).map(" ".join), st.text(max_size=40))


def named(vocabulary, texts, wanted=None):
    buffer, offsets = pack_texts(texts)
    spans = np.column_stack([offsets[:-1], offsets[1:]])
    asked = np.ones(len(texts), np.bool_) if wanted is None else np.array(wanted, np.bool_)
    return Sieve(vocabulary).named(buffer, spans, asked).tolist()


def twin(vocabulary, text):
    """From the phrases found: a term, or two halves of a pair within reach of each other."""
    lexicon = vocabulary.sieve
    data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    buffer = np.frombuffer(bytearray(data or b"\0"), np.uint8)
    ends = np.array([0, len(data)])
    hits = find(lexicon, tokenise(buffer, ends, lexicon.stems, lexicon.tags))
    kinds = ((hits.code >> 16) & 63).tolist()
    if Code.HAZARD in kinds:
        return True
    atoms = [
        (code & 0xFFFF, first, first + length)
        for kind, code, first, length in zip(
            kinds, hits.code.tolist(), hits.token.tolist(), hits.length.tolist(), strict=True
        )
        if kind == Code.ATOM
    ]
    if len(atoms) > ATOMS_MAX:
        return True
    pairs = {(one, two) for one, two, _ in vocabulary.pairs.tolist()}
    return any(
        (a, b) in pairs and max(begin - end, start - stop) <= PAIR_REACH
        for x, (a, start, end) in enumerate(atoms)
        for y, (b, begin, stop) in enumerate(atoms)
        if x != y
    )


@given(st.lists(talk, max_size=5))
@settings(max_examples=200)
@example(["road closed", "closed and and and and and and and road", "#flashflood fire", ""])
def test_the_kernel_and_its_twin_ask_alike(texts):
    assert named(SMALL, texts) == [twin(SMALL, text) for text in texts]


@given(st.lists(st.one_of(hostile.texts, st.tuples(hostile.texts, talk).map(" ".join)), max_size=4))
@settings(max_examples=60)
@example(["#Flash flood 3.5 fire", "RT fire", "x" * 70 + " fire", "fiiire https://fire.example"])
def test_they_ask_alike_where_only_the_full_tokeniser_cuts(texts):
    assert named(SMALL, texts) == [twin(SMALL, text) for text in texts]
    assert named(load_vocabulary(), texts) == [twin(load_vocabulary(), text) for text in texts]


@given(st.lists(hostile.malformed, max_size=4))
@settings(max_examples=60)
def test_they_ask_alike_of_bytes_that_are_no_text(blobs):
    vocabulary = load_vocabulary()
    ends = np.cumsum([0, *map(len, blobs)])
    buffer = np.frombuffer(bytearray().join(blobs) + bytearray(8), np.uint8)
    spans = np.column_stack([ends[:-1], ends[1:]])
    found = Sieve(vocabulary).named(buffer, spans, np.ones(len(blobs), np.bool_)).tolist()
    assert found == [twin(vocabulary, blob) for blob in blobs]


def test_more_halves_than_are_remembered_are_simply_read():
    assert named(SMALL, [" ".join(["boat"] * count) for count in (ATOMS_MAX + 1, ATOMS_MAX)]) == [
        True,
        False,
    ]


def test_a_word_may_be_half_of_many_pairs():
    atoms = [("cart", code_of(Code.ATOM, number)) for number in range(4, 11)]
    many = SMALL._replace(
        sieve=compile_lexicon([*WANTED, *atoms, ("wheel", code_of(Code.ATOM, 11))]),
        pairs=np.array([(8, 11, 0)], np.int32),
        pair_at=np.array([0] * 9 + [1] * 4),
    )
    texts = ["cart wheel", "wheel and cart", "cart cart", "wheel", "cart " * 9 + "wheel"]
    assert named(many, texts) == [twin(many, text) for text in texts] == [1, 1, 0, 0, 1]


def test_they_ask_alike_with_the_whole_vocabulary():
    posts = hazard_posts()
    texts = [text for lang in sorted(posts) for text in posts[lang][:40]]
    halves = [text[: len(text) // 2] for text in texts]
    vocabulary = load_vocabulary()
    found = named(vocabulary, texts + halves)
    assert found == [twin(vocabulary, text) for text in texts + halves]
    assert sum(found[: len(texts)]) > 0.95 * len(texts)
    assert not all(found)


def test_only_the_wanted_are_asked():
    assert named(SMALL, ["fire", "fire", "quiet"], [True, False, True]) == [True, False, False]


def test_hostile_bytes_are_gone_through():
    texts = [text for text in vars(hostile).values() if isinstance(text, str)]
    assert named(SMALL, texts) == [twin(SMALL, text) for text in texts]
