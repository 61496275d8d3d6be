"""The language of a text, and phrases bound to one: kernel against twin, and plain cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hostile_text as hostile
import naive_language
import naive_lexicon
import naive_text
from tocsin.gate.language_kernel import hear
from tocsin.gate.languages import language_signs
from tocsin.vocabulary.codes import Code, code_of, unbound
from tocsin.vocabulary.lexicon import compile_lexicon, find
from tocsin.vocabulary.tokens import pack_texts, tokenise
from tocsin.vocabulary.tongues import LANGUAGES

DE, EN, ES, UK = (LANGUAGES.index(lang) for lang in ("de", "en", "es", "uk"))
PHRASES = [
    ("brand", code_of(Code.HAZARD, 1, DE, True)), ("fire", code_of(Code.HAZARD, 1)),
    ("once", code_of(Code.NUMBER, 11, ES, True)), ("пожежа", code_of(Code.HAZARD, 1, UK, True)),
    ("feuer", code_of(Code.HAZARD, 1, DE)), ("fuego", code_of(Code.HAZARD, 1, ES)),
    ("tsunami", code_of(Code.HAZARD, 2, DE)), ("tsunami", code_of(Code.HAZARD, 2, ES)),
    *((word, code_of(Code.STOP, DE, DE)) for word in ("der", "im", "in")),
    *((word, code_of(Code.STOP, EN, EN)) for word in ("the", "of", "in")),
    *((word, code_of(Code.STOP, ES, ES)) for word in ("el", "en", "la")),
]  # fmt: skip
LEXICON = compile_lexicon(PHRASES)

talk = st.one_of(
    st.lists(
        st.sampled_from(
            [*(word for word, _ in PHRASES), "ї", "ñ", "ß", "地震", "です", "ы", "زلزال", "ă"]
        ),
        max_size=12,
    ).map(" ".join),
    hostile.texts,
)  # fmt: skip


def heard(texts, declared):
    """[(language, hits)] of the kernel."""
    buffer, offsets = pack_texts(texts)
    hits = find(LEXICON, tokenise(buffer, offsets, LEXICON.stems))
    langs, at, token, length, code = hear(
        buffer, offsets, declared, hits.at, hits.token, hits.length, hits.code,
        language_signs(), len(LANGUAGES),
    )  # fmt: skip
    rows = list(zip(token.tolist(), length.tolist(), code.tolist(), strict=True))
    return [(LANGUAGES[langs[i]], rows[at[i] : at[i + 1]]) for i in range(len(texts))]


@given(st.lists(talk, max_size=4), st.integers(0, len(LANGUAGES) - 1))
@settings(max_examples=150)
def test_kernel_and_twin_hear_the_same(texts, declared):
    found = heard(texts, np.full(len(texts), declared, np.uint8))
    for text, mine in zip(texts, found, strict=True):
        clean = text.encode("utf-8", "replace")
        tokens, _ = naive_text.tokens_of(clean, set())
        hits = naive_lexicon.hits_of(PHRASES, tokens)
        assert mine == naive_language.heard(clean.decode(), hits, LANGUAGES[declared])


@pytest.mark.parametrize(
    ("text", "declared", "lang", "counts"),
    [
        ("brand in der im", "und", "de", True),
        ("the brand of the", "und", "en", False),
        ("the brand of the", "de", "en", True),  # Declared German may well quote a word or two.
        ("brand", "de", "de", True),
        ("brand", "und", "und", False),
        ("brand im", "und", "und", True),
        ("brand el", "und", "und", False),
        ("brand the of", "und", "en", False),
        ("feuer tsunami", "und", "de", True),
        ("пожежа", "und", "ru", False),
        ("пожежа їжа", "und", "uk", True),
    ],
)
def test_a_bound_phrase_speaks_in_its_language_only(text, declared, lang, counts):
    told, hits = heard([text], np.array([LANGUAGES.index(declared)], np.uint8))[0]
    assert told == lang
    assert any(code >> 16 == Code.HAZARD for _, _, code in hits) is counts


def test_the_mark_of_a_bound_phrase():
    assert unbound("brand@") == ("brand", True)
    assert unbound("brand*@") == ("brand*", True)
    assert unbound("brand") == ("brand", False)


def test_a_phrase_of_two_languages_stands_once():
    assert heard(["tsunami"], np.zeros(1, np.uint8))[0][1] == [(0, 1, code_of(Code.HAZARD, 2))]


@pytest.mark.parametrize(
    ("text", "language"),
    [("地震です", "ja"), ("地震", "zh"), ("지진", "ko"), ("แผ่นดินไหว", "th"), ("земля", "ru"),
     ("زلزال", "ar"), ("σεισμός", "el"), ("भूकंप", "hi"), ("ভূমিকম্প", "bn"), ("qqqq", "und"),
     ("землетрус у Києві", "uk"), ("زمین‌لرزه گرگان", "fa")],
)  # fmt: skip
def test_a_script_or_its_letters_give_a_language_away(text, language):
    assert heard([text], np.zeros(1, np.uint8))[0][0] == language
