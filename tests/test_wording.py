"""The sense model: kernel against twin, what it may refuse, and the file it comes in."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hostile_text as hostile
from naive_wording import features, weighed
from small_vocabulary import FIRE, small_vocabulary
from tocsin.errors import ConfigError
from tocsin.eval import sense_fit
from tocsin.eval.sense_fit import Examples, fit, tabled
from tocsin.gate.read import REASON_OF_VERDICT, read
from tocsin.gate.wording_kernel import feature_lists, weigh
from tocsin.metrics import Reason
from tocsin.vocabulary.npz import write_npz
from tocsin.vocabulary.pack import contract_hash
from tocsin.vocabulary.sense_model import PATH, SILENT, SLOTS, SenseModel, load_sense_model
from tocsin.vocabulary.stored import data_folder, files_under
from tocsin.vocabulary.tokens import pack_texts, tokenise

WORDS = ["fire", "la", "the mixtape", "7", "1,200", "山が", "燃えて", "🔥", "RT", "fire fire", "é"]
texts = st.lists(
    st.one_of(st.lists(st.sampled_from(WORDS), max_size=90).map(" ".join), hostile.texts),
    max_size=4,
)
NONE, PLACED, HIDDEN = range(3)


def model_over(keys):
    """A model that knows the given features, some with the wrong upper byte."""
    weight, check = np.zeros(SLOTS, np.int8), np.zeros(SLOTS, np.uint8)
    for number, key in enumerate(keys):
        weight[key % SLOTS] = (number * 37 + 5) % 255 - 127
        check[key % SLOTS] = (key >> 56) ^ (number % 4 == 3)
    return weight, check


@given(texts, st.lists(st.sampled_from([NONE, NONE, NONE, PLACED, HIDDEN]), min_size=1))
@settings(max_examples=150)
@example(["fire " * 90, "the mixtape " * 80], [NONE])
@example(["a b c d", "a a a"], [PLACED, HIDDEN, NONE])
@example(["", "7 8 9 7 8 9"], [NONE])
def test_kernel_and_twin_weigh_the_same(some, fates):
    tokens = tokenise(*pack_texts(some))
    m = len(tokens.hash)
    fate = np.array((fates * (m + 1))[:m], np.int64)
    hashes = np.where(fate == HIDDEN, np.uint64(0), tokens.hash)
    placed = fate == PLACED
    rows, hidden = [], []
    for i in range(len(some)):
        span = slice(tokens.at[i], tokens.at[i + 1])
        rows.append(list(zip(tokens.hash[span].tolist(), tokens.kind[span].tolist(), strict=True)))
        hidden.append(set(np.flatnonzero(fate[span] != NONE).tolist()))
    wanted = [features(row, veil) for row, veil in zip(rows, hidden, strict=True)]
    at, found = feature_lists(tokens.at, hashes, tokens.kind, placed)
    for i, keys in enumerate(wanted):
        assert sorted(found[at[i] : at[i + 1]].tolist()) == sorted(keys)
    weight, check = model_over(sorted(set().union(*wanted)))
    total, known = weigh(tokens.at, hashes, tokens.kind, placed, weight, check)
    assert list(zip(total.tolist(), known.tolist(), strict=True)) == [
        weighed(row, veil, weight, check) for row, veil in zip(rows, hidden, strict=True)
    ]


class OnePlace:
    """A gazetteer that knows one word to be a place."""

    def marked(self, tokens, langs):
        there = tokens.hash == tokenise(*pack_texts(["rivermouth"])).hash[0]
        at = np.concatenate([[0], np.cumsum(there)])[tokens.at]
        return at, np.zeros(int(there.sum()), np.int32), there


def refusing(text, least_known=4):
    """The small vocabulary with a model that has only bad to say of the words of a text."""
    tokens = tokenise(*pack_texts([text]))
    _, keys = feature_lists(tokens.at, tokens.hash, tokens.kind, np.zeros(len(tokens.hash), bool))
    weight, check = np.zeros(SLOTS, np.int8), np.zeros(SLOTS, np.uint8)
    weight[keys & np.uint64(SLOTS - 1)] = -10
    check[keys & np.uint64(SLOTS - 1)] = (keys >> np.uint64(56)).astype(np.uint8)
    limits = np.array([5, -20, least_known], np.int32)
    return small_vocabulary()._replace(wording=SenseModel(weight, check, limits))


def reason_of(vocabulary, text):
    reading = read(vocabulary, OnePlace(), *pack_texts([text]), np.zeros(1, np.uint8), 0)
    return int(reading.hazard[0]), REASON_OF_VERDICT.get(int(reading.verdict[0]))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("that mixtape is so good fire", Reason.FIGURATIVE),
        ("that mixtape is so good fire rivermouth", None),
        ("that mixtape is so good fire 3", None),
        ("fire behind our house", None),
        ("that fire", None),
        ("that mixtape is so good fire drill", Reason.DRILL),
    ],
)
def test_what_the_model_may_refuse(text, reason):
    assert reason_of(refusing("that mixtape is so good"), text) == (FIRE, reason)


def test_too_few_known_features_refuse_nothing():
    text = "that mixtape is so good fire"
    assert reason_of(refusing("that mixtape is so good", 40), text) == (FIRE, None)
    assert reason_of(small_vocabulary(), text) == (FIRE, None)


def test_the_shipped_model_is_read_and_part_of_the_contract(monkeypatch):
    model = load_sense_model()
    assert np.count_nonzero(model.weight) > 1_000 and PATH.stat().st_size < 1_000_000
    shipped = contract_hash()
    monkeypatch.setattr("tocsin.vocabulary.pack.files_under", lambda folder: [])
    assert contract_hash() != shipped
    monkeypatch.undo()
    assert "sense_model.npz" in {name for name, _ in files_under(data_folder())}


def test_a_missing_or_broken_model_says_what_to_do(tmp_path):
    path = tmp_path / "sense_model.npz"
    with pytest.raises(ConfigError, match=r"is missing.*train-sense"):
        load_sense_model(path)
    path.write_bytes(b"no archive")
    with pytest.raises(ConfigError, match=r"cannot be read.*train-sense"):
        load_sense_model(path)
    write_npz(path, SILENT._replace(limits=np.zeros(2, np.int32))._asdict())
    with pytest.raises(ConfigError, match="holds a wrong `limits`"):
        load_sense_model(path)


def invented(events=4, texts_each=12):
    """Texts of two kinds in each event: reports share features 1 to 3, others 11 to 13."""
    at, feature, is_report, group = [0], [], [], []
    for event in range(events):
        for number in range(texts_each):
            good = number % 2 == 0
            own = 1000 + event
            feature += [*([1, 2, 3] if good else [11, 12, 13]), 100, own]
            at.append(len(feature))
            is_report.append(good)
            group.append(event)
    return Examples(
        np.array(at), np.array(feature, np.uint64), np.array(is_report), np.array(group)
    )


def test_the_fit_tells_reports_apart_and_learns_no_word_of_one_event(tmp_path):
    examples = invented()
    everything = np.ones(len(examples.group), bool)
    weights = fit(examples, everything)
    assert weights.key.tolist() == [1, 2, 3, 11, 12, 13, 100]
    assert (weights.step[:3] > 0).all() and (weights.step[3:6] < 0).all()
    score, known = weights.scores(examples)
    assert score[examples.is_report].min() > 0 > score[~examples.is_report].max()
    assert known.min() >= 3
    model = tabled(weights, examples, -50)
    assert model.weight[1:4].tolist() == weights.step[:3].tolist()
    assert model.limits.tolist() == [weights.bias, -50, sense_fit.KNOWN_LEAST]
    for name in ("one.npz", "two.npz"):
        write_npz(tmp_path / name, tabled(fit(examples, everything), examples, -50)._asdict())
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_of_two_features_in_one_slot_the_more_frequent_stays():
    examples = invented()
    rare = examples._replace(feature=examples.feature.copy())
    # Feature 1 moved into the slot of the frequent feature 100, with another upper byte.
    rare.feature[rare.feature == 1] = 100 + (7 << 56)
    weights = fit(rare, np.ones(len(rare.group), bool))
    model = tabled(weights._replace(step=np.full(len(weights.key), 9, np.int8)), rare, 0)
    assert model.check[100] == 0 and model.weight[100] == 9
