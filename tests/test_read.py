"""What the gate reads out of a text: kernel against twin, and the table of verdicts."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hostile_text as hostile
import naive
from naive_language import heard
from small_vocabulary import FIRE, FLOOD, JAM, PAIRS, PHRASES, QUAKE, small_vocabulary
from tocsin.batch import TERM_SLOTS, Flag, Sense
from tocsin.gate.read import REASON_OF_VERDICT, hide, read
from tocsin.gate.sense_kernel import verdict_of
from tocsin.gate.sieve import Sieve
from tocsin.metrics import Reason
from tocsin.vocabulary.lexicon import find
from tocsin.vocabulary.tokens import pack_texts, tokenise
from tocsin.vocabulary.tongues import LANGUAGES

VOCABULARY = small_vocabulary()
KEY = 0x1234_5678_9ABC_DEF0
STEMS = {int(stem) for stem in VOCABULARY.full.stems if stem}
WORDS = [phrase.rstrip("*") for phrase, _ in PHRASES]

talk = st.one_of(
    st.lists(
        st.sampled_from(
            [*WORDS, "ing", "hill", "valley", "a", "12", "1,500", "7.1", "2031", "1999", "!", "?",
             "000", ",", ". ", "(35)", "（35）", ", 35,", "(", ")", "year", "old", "12 000",
             "3\u00a0500", "3二十",
             "https://x.example", "RT", "@someone", "山が", "燃えて", "🚒"]
        ),
        max_size=24,
    ).map(" ".join),
    hostile.texts,
)  # fmt: skip


class NoPlaces:
    """A gazetteer that knows no place."""

    def marked(self, tokens, langs):
        covered = np.zeros(len(tokens.hash), np.bool_)
        return np.zeros(len(tokens.at), np.int64), np.zeros(0, np.int32), covered


def reading_of(texts, declared=0):
    tags = np.full(len(texts), declared, np.uint8)
    return read(VOCABULARY, NoPlaces(), *pack_texts(texts), tags, KEY)


def columns(reading, i):
    facts = slice(reading.fact_at[i], reading.fact_at[i + 1])
    kinds, values = reading.fact_kind[facts].tolist(), reading.fact_value[facts].tolist()
    return {
        "hazard": int(reading.hazard[i]),
        "verdict": int(reading.verdict[i]),
        "flags": int(reading.flags[i]),
        "facts": list(zip(kinds, values, strict=True)),
        "terms": reading.term[reading.term_at[i] : reading.term_at[i + 1]].tolist(),
        "sketch": int(reading.sketch[i]),
    }


def twin(text):
    data = text.encode("utf-8", "replace")
    tokens, marks = naive.tokens_of(data, STEMS)
    _, hits = heard(data.decode(), naive.hits_of(PHRASES, tokens), "und")
    return naive.judged(
        data, tokens, marks, hits, PAIRS.tolist(), VOCABULARY.traits, VOCABULARY.facts, KEY
    )


def hold_against_twin(texts):
    reading = reading_of(texts)
    for i, text in enumerate(texts):
        assert columns(reading, i) == twin(text)


@given(st.lists(talk, max_size=4))
@settings(max_examples=150)
@example(["boat sank house house", "house collapsed", "like a fire", "no big bad old fire"])
@example(
    ["march 2031 fire smoke", "in march fire march", "抗议 火 fire smoke", "protesting delays"]
)
@example(
    ["12 killed 3 dead", "killed in 2031 12", "magnitude 7.1", "twenty five killed", "99 99 99"]
)
@example(["12 000 killed, 3 thousand dead", "二十万 killed", "12 km deep", "90 mile winds"])
@example(["5 ac burnt", "dead: 3, injured: 12", "12 years old killed 3", "two hundred killed"])
def test_kernel_and_twin_read_the_same(texts):
    hold_against_twin(texts)


@pytest.mark.parametrize(
    "piece",
    ["fire ", "地震", "boat sank ", "抗议", "12 killed ", "like a ", "no ", "a ", "7,", "🔥"],
)
def test_kernel_and_twin_read_the_same_at_the_longest(piece):
    filled = (piece * 1_200)[:1_200]
    hold_against_twin([filled, (filled + " 抗议 fire")[-1_200:], filled[:1_180] + " march fire"])


def test_assembly_is_seen_however_late_it_comes():
    # Contract P7: padding must not push the word for a protest out of sight.
    padding = "地" * 4_000
    assert reading_of([padding + " fire protest"]).verdict.tolist() == [2]
    assert reading_of(["fire " + padding + " protest"]).verdict.tolist() == [2]


VERDICTS = itertools.product(
    [-1, FLOOD, QUAKE, JAM], [0, 1], [0, 1], [0, 1], range(256), [0, 1], [0, int(Flag.INJURY)],
    [False, True],
)  # fmt: skip


def test_the_table_of_verdicts():
    traits = VOCABULARY.traits
    meant = {"figured": 1, "negated": 2, "hidden": 3}
    for hazard, figured, negated, hidden, senses, assembly, flags, harm in VERDICTS:
        if senses & 0b1000_0011 or (senses and not senses & (senses - 1) and senses > 64):
            continue
        found = verdict_of(
            hazard, figured, negated, hidden, senses, assembly, flags, harm, traits.disruption,
            traits.life_safety,
        )  # fmt: skip
        meanings = {
            meant[name]
            for name, count in (("figured", figured), ("negated", negated), ("hidden", hidden))
            if count
        }
        wanted = naive.verdict(
            hazard, meanings, {s for s in range(8) if senses >> s & 1}, assembly,
            harm or bool(flags), hazard == JAM, hazard != QUAKE,
        )  # fmt: skip
        assert found == wanted, (hazard, figured, negated, hidden, senses, assembly, flags, harm)
        assert found == 0 or found in REASON_OF_VERDICT


@pytest.mark.parametrize(
    ("text", "hazard", "reason"),
    [
        ("fire in the valley", FIRE, None),
        ("a flood of letters", -1, Reason.FIGURATIVE),
        ("no flood here", -1, Reason.NEGATED),
        ("fire drill", FIRE, Reason.DRILL),
        ("fire movie", FIRE, Reason.FICTION),
        ("the flood years ago", FLOOD, Reason.PAST),
        ("what if an earthquake", QUAKE, Reason.HYPOTHETICAL),
        ("nothing to see", -1, Reason.NO_HAZARD),
        ("only a boat", -1, Reason.NO_HAZARD),
        ("the boat sank", FLOOD, None),
        ("protest", -1, Reason.ASSEMBLY),
        ("protest fire", FIRE, Reason.ASSEMBLY),
        ("protest fire victims", FIRE, None),
        ("protest fire 3 dead", FIRE, None),
        ("protest delays victims", JAM, Reason.ASSEMBLY),
        ("protest earthquake victims", QUAKE, Reason.ASSEMBLY),
        ("fire in march", FIRE, None),
    ],
)
def test_verdicts_in_words(text, hazard, reason):
    reading = reading_of([text])
    assert int(reading.hazard[0]) == hazard
    assert REASON_OF_VERDICT.get(int(reading.verdict[0])) == reason


def test_a_question_counts_as_one():
    reading = reading_of(["fire in the valley?", "fire in the valley", "山火事 fire？"])
    assert reading.sense.tolist() == [Sense.QUESTION, Sense.LITERAL, Sense.QUESTION]


@given(talk)
@settings(max_examples=100)
def test_what_is_read_in_full_passed_the_sieve(text):
    reading = reading_of([text])
    if int(reading.verdict[0]) == 0:
        buffer, offsets = pack_texts([text])
        spans = np.array([[0, offsets[1]]], np.int64)
        assert Sieve(VOCABULARY).named(buffer, spans, np.ones(1, np.bool_)).tolist() == [True]


@given(st.lists(talk, max_size=3), talk)
@settings(max_examples=50)
def test_a_text_is_judged_the_same_in_any_company(texts, text):
    assert columns(reading_of([*texts, text]), len(texts)) == columns(reading_of([text]), 0)


@given(talk)
@settings(max_examples=50)
def test_terms_are_slots_and_depend_on_the_key(text):
    reading = reading_of([text])
    assert (reading.term < TERM_SLOTS).all()
    other = read(VOCABULARY, NoPlaces(), *pack_texts([text]), np.zeros(1, np.uint8), KEY + 1)
    if len(reading.term) >= 2:
        assert reading.term.tolist() != other.term.tolist()


def test_figures_and_capitals_do_not_part_copies():
    one = "Fire above the old mill in the valley tonight, 3 injured so far"
    two = "FIRE above the old mill in the valley tonight 12 injured so far!"
    other = "Fire above the new mill in the valley tonight, 3 injured so far"
    sketches = reading_of([one, two, other, "fire!"]).sketch.tolist()
    assert sketches[0] == sketches[1] != sketches[2]
    assert sketches[3] == 0


def test_hazard_and_assembly_words_are_hidden_from_the_gazetteer():
    texts = ["flash flood in march near rivermouth", "protest at rivermouth"]
    tokens = tokenise(*pack_texts(texts), VOCABULARY.full.stems)
    hidden = hide(tokens, find(VOCABULARY.full, tokens))
    assert np.flatnonzero(hidden.hash == 0).tolist() == [0, 1, 3, 6]


def test_two_function_words_say_more_than_what_was_declared():
    spanish, english = LANGUAGES.index("es"), LANGUAGES.index("en")
    reading = reading_of(["fire in the valley", "fire in valle", "fire 地震"], spanish)
    assert reading.lang.tolist() == [english, spanish, LANGUAGES.index("zh")]
