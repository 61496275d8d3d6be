"""Confusion tables count what was asked, hold no text, and leave the words around them alone."""

import numpy as np
import pytest

from tocsin.errors import InputError
from tocsin.eval import confusion
from tocsin.eval.corpus import Corpus
from tocsin.eval.truth import Truth
from tocsin.gate.reading import Seen

FLOOD = Truth("invented_flood", "flood", "PE", -12.0, -77.0, 0, True)
SAYS = {
    "water in every street": ("flood", None),
    "streets under water": ("storm", None),
    "help my town": (None, "no_hazard"),
    "like in the film": ("flood", "fiction"),
    "a flood of mail": ("flood", None),
    "lovely day": (None, "no_hazard"),
}
LABELS = ["on-topic"] * 4 + ["off-topic"] * 2


def corpus():
    n = len(SAYS) + 1
    return Corpus(
        text=[*SAYS, "no label"],
        lang=[""] * n,
        guess=["en"] * (n - 1) + [""],
        author=np.zeros(n, np.int64),
        time_ms=np.zeros(n, np.int64),
        event=np.array(["invented_flood"] * 4 + [""] * 3),
        informative=np.array([*LABELS, ""]),
        dataset=np.array(["invented set"] * n),
        collection=np.array([""] * n),
        truths={"invented_flood": FLOOD},
    )


def view(texts):
    return [
        Seen(SAYS[t][0], SAYS[t][1] is None, "literal", SAYS[t][1], "en", False, (), ())
        for t in texts
    ]


@pytest.fixture
def rows():
    return confusion.ask(corpus(), view)


def test_only_labelled_posts_are_asked(rows):
    assert len(rows) == len(SAYS)
    assert [row.said for row in rows] == [
        "flood", "storm", confusion.NOTHING, confusion.NOTHING, "flood", confusion.NOTHING,
    ]  # fmt: skip


def test_the_tables_count_right_wrong_and_missed(rows, monkeypatch):
    monkeypatch.setattr(confusion, "_LEAST_ROWS", 1)
    said = confusion.tables(rows)
    assert "| invented set | 2 | 2 | 1 | 1 | 0.571 |" in said
    assert "| en | 2 | 2 | 1 | 1 | 0.571 |" in said
    assert "| flood | 4 | 1 | 2 | storm 1 |" in said
    assert "| data set | fiction | no_hazard |" in said and "| invented set | 1 | 1 |" in said
    assert "| flood | 1 | 1 | 0.50 |" in said


def test_no_text_comes_out(rows):
    said = confusion.tables(rows)
    assert not [text for text in SAYS if text in said]


def test_a_second_run_changes_the_figures_only(tmp_path, monkeypatch):
    monkeypatch.setattr(confusion, "data_folder", lambda given: given)
    monkeypatch.setattr(confusion, "load_corpus", lambda folder: corpus())
    page = tmp_path / "mistakes.md"
    assert confusion.write_mistakes(tmp_path, page, view) == len(SAYS)
    begin, end = confusion.BEGIN, confusion.END
    page.write_text(f"# Words\n\n{begin}\nold\n{end}\n\nMore words.\n", "utf-8")
    confusion.write_mistakes(tmp_path, page, view)
    once = page.read_text("utf-8")
    assert once.startswith("# Words\n") and once.endswith("More words.\n")
    assert "old" not in once and "Which hazard" in once
    confusion.write_mistakes(tmp_path, page, view)
    assert page.read_text("utf-8") == once
    with pytest.raises(InputError, match="cannot be written"):
        confusion.write_mistakes(tmp_path, tmp_path / "none" / "x.md", view)


def test_every_labelled_hazard_is_one_of_ours():
    from tocsin.eval.truth import HAZARDS_OF
    from tocsin.vocabulary.hazards import hazard_ids

    assert {key for keys in HAZARDS_OF.values() for key in keys} <= set(hazard_ids())
