"""The reference row of the sense model: folds in its own domain, never on words it has seen."""

import numpy as np
import pytest

from eval_world import names_hazard, write_data
from tocsin.errors import InputError
from tocsin.eval import sense_folds
from tocsin.eval.corpus import load_corpus
from tocsin.eval.pool import prepare
from tocsin.eval.scorecard import score
from tocsin.eval.sense_fit import fit
from tocsin.eval.sense_folds import FOLDS, judge_sense_folds, labelled


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def pool(folder):
    return prepare(load_corpus(folder), names_hazard, names_hazard)


def test_what_words_tell_apart_is_learned_and_every_row_is_judged_once(pool):
    found = judge_sense_folds(pool)
    assert found.n == 330
    assert found.f1 > 0.9
    assert judge_sense_folds(pool) == found


def test_rows_that_differ_in_figures_alone_are_never_on_both_sides(pool, monkeypatch):
    rows, _ = labelled(pool)
    bare = [sense_folds._NOISE.sub(" ", pool.corpus.text[row].lower()) for row in rows.tolist()]
    seen = []

    def watched(examples, chosen):
        inside = {text for text, own in zip(bare, chosen, strict=True) if own}
        outside = {text for text, own in zip(bare, chosen, strict=True) if not own}
        assert not inside & outside
        seen.append(int((~chosen).sum()))
        return fit(examples, chosen)

    monkeypatch.setattr(sense_folds, "fit", watched)
    judge_sense_folds(pool)
    assert (len(seen), sum(seen)) == (FOLDS, 330)
    assert len(set(bare)) < len(bare)


def test_it_is_a_line_of_the_scorecard(folder):
    card = score(folder, 1, ("sense-folds",), names_hazard=names_hazard)
    (row,) = [one for one in card.lines if one.key == "sense_folds"]
    assert row.n == 330
    assert row.verdict == "reached"


def test_labels_of_one_kind_alone_are_refused(pool):
    kept = np.where(pool.corpus.informative == "Relevant", "", pool.corpus.informative)
    with pytest.raises(InputError, match="complete folder"):
        labelled(pool._replace(corpus=pool.corpus._replace(informative=kept)))
