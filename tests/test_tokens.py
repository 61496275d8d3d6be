"""The tokeniser's kernel and its twin agree on every text, however hostile."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hostile_text as hostile
import naive
from tocsin.vocabulary.alphabet import alphabet
from tocsin.vocabulary.lexicon import compile_lexicon
from tocsin.vocabulary.token_kernel import calm, clitic, number_value
from tocsin.vocabulary.tokens import (
    Kind,
    Shape,
    Tokens,
    fold,
    pack_texts,
    phrase_tokens,
    tokenise,
    word_hash,
)

STEMS = ["flood*", "flo*", "floo*", "floodi*", "floodin*", "fire*", "earth*", "زلز*",
         "земл*", "فيض*", "الفيض*"]  # fmt: skip
STEM_TABLE = compile_lexicon([(stem, number) for number, stem in enumerate(STEMS)]).stems
TAG_WORDS = ["fire", "flood", "protest", "firefall", "فيضان"]
TAG_TABLE = compile_lexicon([], TAG_WORDS).tags
TAG_SET = {int(word) for word in TAG_TABLE if word}
STEM_SET = {int(stem) for stem in STEM_TABLE if stem}


def rows(tokens: Tokens, doc: int) -> list[naive.Token]:
    """Tokens of one text as the twin writes them."""
    found = []
    for i in range(tokens.at[doc], tokens.at[doc + 1]):
        value = float(tokens.value[i])
        found.append(
            naive.Token(
                int(tokens.hash[i]), int(tokens.start[i]), int(tokens.end[i]),
                int(tokens.kind[i]), int(tokens.shape[i]), None if math.isnan(value) else value,
                int(tokens.bare[i]), tuple(tokens.stem[i].tolist()),
            )
        )  # fmt: skip
    return found


def blobs_to_buffer(blobs: list[bytes]):
    offsets = np.zeros(len(blobs) + 1, np.int64)
    np.cumsum([len(blob) for blob in blobs], out=offsets[1:])
    return np.frombuffer(b"".join(blobs) or b"\0", np.uint8), offsets


def hold_against_twin(blobs: list[bytes]) -> None:
    tokens = tokenise(*blobs_to_buffer(blobs), STEM_TABLE, TAG_TABLE)
    for doc, blob in enumerate(blobs):
        wanted, marks = naive.tokens_of(blob, STEM_SET, TAG_SET)
        assert rows(tokens, doc) == wanted
        assert int(tokens.marks[doc]) == marks


@given(st.lists(hostile.texts, max_size=4))
@settings(max_examples=150)
@example(["WWF. fire", "htap://x fire", "www.x.example fire"])
@example(["RT @a fire", "rt", "RT rt fire"])
@example(["#fireÉlan #ΑβΓ"])
@example(["#campfire #firefall #aafirefire #fire #valleyFire #FireValley #afire #abfireé"])
@example(["#xxfiiire #flood #valleyflood #floodvalley #protestflood #السيولفيضان #FLOODvalley"])
@example(["fire#xxflood #earthfire #xxearth"])
@example(["۵٫۲ ٤.٨ 1٬500 5,٢ 3.x 3٫ ۱۲٬۰۰۰"])
def test_kernel_and_twin_agree_on_texts(texts):
    hold_against_twin([text.encode("utf-8", "replace") for text in texts])


@given(st.lists(hostile.malformed, max_size=4))
@settings(max_examples=150)
@example([b"\xe0\x81\x81fire", b"\xf0\x80\x81\x81", b"\xf4\x90\x80\x80"])
@example([b"@a\x80b fire"])
def test_kernel_and_twin_agree_on_bytes_that_are_no_text(blobs):
    hold_against_twin(blobs)


@given(hostile.endless)
@settings(max_examples=10)
def test_kernel_and_twin_agree_at_the_longest(text):
    hold_against_twin([text.encode()])


def test_no_text_and_empty_texts():
    assert tokenise(*pack_texts([])).at.tolist() == [0]
    assert tokenise(*pack_texts(["", "", "fire", ""])).at.tolist() == [0, 0, 0, 1, 1]


@given(st.lists(st.sampled_from([*TAG_WORDS, "ab", "É", "x", "Valley", "#", " "]), max_size=9))
@settings(max_examples=150)
def test_kernel_and_twin_part_hashtags_the_same(parts):
    hold_against_twin([("#" + "".join(parts)).encode()])


@given(st.lists(hostile.texts, max_size=4), hostile.texts)
@settings(max_examples=50)
def test_a_text_reads_the_same_in_any_company(texts, text):
    alone = rows(tokenise(*pack_texts([text]), STEM_TABLE), 0)
    among = rows(tokenise(*pack_texts([*texts, text]), STEM_TABLE), len(texts))
    assert alone == among


@given(hostile.texts, st.text(alphabet="abcdefg_.", max_size=8))
@settings(max_examples=50)
def test_a_mention_leaves_nothing(text, name):
    plain = tokenise(*pack_texts([f"fire {text} x"]))
    named = tokenise(*pack_texts([f"fire @{name} {text} x"]))
    assert named.hash.tolist() == plain.hash.tolist()


@given(st.lists(st.sampled_from("abز ا\u0627x"), max_size=80).map("".join))
@settings(max_examples=200)
def test_runs_are_drawn_together(text):
    letters = [ord(char) for char in text]
    word = np.array([*letters, 0], np.int64)
    size = calm(word, len(letters))
    assert word[:size].tolist() == naive.calm(letters)


@given(st.text(alphabet="وفبكلاينر", min_size=1, max_size=9))
@settings(max_examples=150)
def test_clitics(text):
    letters = [ord(char) for char in text]
    assert clitic(np.array(letters, np.int64), len(letters)) == naive.clitic(letters)


@pytest.mark.parametrize(
    ("word", "bare"),
    [("والزلزال", "زلزال"), ("بالزلزال", "زلزال"), ("للزلزال", "زلزال"), ("بزلزال", "زلزال"),
     ("وزلزال", "زلزال"), ("الزلزال", "زلزال"), ("ولد", None), ("زلزال", None)],
)  # fmt: skip
def test_an_arabic_word_is_found_under_its_article(word, bare):
    tokens = tokenise(*pack_texts([word]))
    wanted = word_hash([ord(char) for char in fold(bare)]) if bare else 0
    assert int(tokens.bare[0]) == wanted


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=15).flatmap(
        lambda digits: st.tuples(
            st.just(digits),
            st.lists(st.integers(1, max(len(digits) - 1, 1)), max_size=4, unique=True).map(sorted),
        )
    )
)
@settings(max_examples=150)
def test_values_of_numbers(case):
    digits, marks = case
    marks = [mark for mark in marks if mark < len(digits)]
    found = number_value(
        np.array(digits, np.int64), len(digits), np.array([*marks, 0], np.int64), len(marks)
    )
    assert found == naive.number_value(digits, marks)


@pytest.mark.parametrize(
    ("written", "value"),
    [("7.5", 7.5), ("7,5", 7.5), ("1,234", 1234.0), ("1.234.567", 1234567.0), ("1,234.5", 1234.5),
     ("1.234,75", 1234.75), ("12,34,567", 1234567.0), ("007", 7.0), ("3.", 3.0), ("１２", 12.0),
     ("٣", 3.0), ("३५", 35.0), ("6.0000", 6.0)],
)  # fmt: skip
def test_numbers_as_people_write_them(written, value):
    tokens = tokenise(*pack_texts([f"about {written} people"]))
    assert tokens.kind.tolist() == [Kind.WORD, Kind.NUMBER, Kind.WORD]
    assert float(tokens.value[1]) == value


@pytest.mark.parametrize(
    ("written", "folded"),
    [("Élan", "elan"), ("STRASSE", "strasse"), ("İSTANBUL", "istanbul"), ("ΣΕΙΣΜΌΣ", "σεισμοσ"),
     ("σεισμός", "σεισμοσ"), ("Ёлка", "елка"), ("أحمر", "احمر"), ("زلزالٌ", "زلزال"),
     ("ﬁre", "fre"), ("Ｆｉｒｅ", "fire"), ("fi\u200dre", "fire"), ("ł", "l"), ("ţ", "t")],
)  # fmt: skip
def test_folding(written, folded):
    assert fold(written) == folded


def test_every_letter_folds_to_itself():
    kind, table = alphabet()
    letters = np.flatnonzero(kind == 1)
    folded = table[letters]
    # Folding twice changes nothing, or a phrase of the vocabulary would never meet its text.
    unstable = [hex(int(code)) for code in letters if table[table[code]] != table[code]]
    assert unstable == []
    assert folded.min() > 0


@pytest.mark.parametrize(
    ("tag", "words"),
    [("#FireInTheHills", ["fire", "in", "the", "hills"]), ("#ALLCAPS", ["allcaps"]),
     ("#fire2031Now", ["fire", "2031", "now"]), ("FireInTheHills", ["fireinthehills"])],
)  # fmt: skip
def test_hashtags_in_camel_case(tag, words):
    tokens = tokenise(*pack_texts([tag]))
    assert tokens.hash.tolist() == [word_hash([ord(c) for c in word]) for word in words]
    if tag.startswith("#"):
        words_only = tokens.kind == Kind.WORD
        assert (tokens.shape[words_only] & Shape.TAG).all()


@given(
    st.lists(
        st.sampled_from(
            ["fire", "Éclair", "地震", "زلزال", "กข", "a-b", "don't", "🔥", "12"]
        ),
        min_size=1,
        max_size=5,
    ).map(" ".join)
)  # fmt: skip
@settings(max_examples=100)
def test_a_phrase_of_the_vocabulary_reads_as_its_text_does(phrase):
    tokens, stem = phrase_tokens(phrase)
    assert not stem
    assert tokens == tokenise(*pack_texts([phrase])).hash.tolist()


@pytest.mark.parametrize(
    ("said", "plain"), [("ঝড়", "ঝড"), ("ঝড\u09bc", "ঝড"), ("बाढ़", "बाढ"), ("बाढ\u093c", "बाढ")]
)
def test_the_dot_below_a_letter_may_be_left_out(said, plain):
    assert phrase_tokens(said) == phrase_tokens(plain)
