"""What is usual in the store: written by one start, taken up by the next, never below five."""

import sqlite3
from contextlib import closing

import pytest

from streams import START_MS, chatter, merged, row
from test_engine_restart import Start
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.errors import Corruption, TocsinError
from tocsin.store import Store
from tocsin.store.usual import UsualHour

STOP_MS = START_MS + 4 * HOUR_MS
TALES = (
    "the flood took the neighbour's shed", "flood water up to my knees", "our cellar, flood again",
    "flood on the lower field", "a flood like grandmother told of", "the flood is in the garage",
    "bailing out flood water since dawn", "flood came through the back door",
)  # fmt: skip
SPOKEN = [
    row(START_MS + h * HOUR_MS + k * 7 * MINUTE_MS, f"wren{h}.{k}", f"{tale} {h} {k}")
    for h in range(4)
    for k, tale in enumerate(TALES)
]
HOURS = [UsualHour("flood", "PT", START_MS, 5), UsualHour("", "", START_MS, 9)]


@pytest.fixture
def first(tmp_path):
    start = Start(tmp_path, STOP_MS)
    start.take(merged(chatter(4.1, per_minute=1), SPOKEN), STOP_MS + 6 * MINUTE_MS)
    assert start.events == []
    start.engine._purge(STOP_MS)
    return start


def test_a_start_writes_down_the_hours_it_heard(first):
    kept = first.store.usual.all(first.engine.contract)
    assert {(h.hour_ms - START_MS) // HOUR_MS for h in kept} == {0, 1, 2, 3}
    assert {h.hazard for h in kept} == {"", "flood"}
    assert {h.reports for h in kept if h.hazard == "flood"} <= set(range(5, 12))


def test_the_next_start_knows_them(first, tmp_path):
    told = sum(h.reports for h in first.store.usual.all(first.engine.contract) if not h.hazard)
    first.store.close()
    again = Start(tmp_path, STOP_MS + HOUR_MS)
    again.engine.usual.recall()
    again.take([row(STOP_MS + HOUR_MS, "voice", "flood in the yard")], STOP_MS + HOUR_MS)
    assert again.engine._line._detector.state.flow.total.sum() == pytest.approx(told + 1)


def test_no_name_and_no_word_of_it_is_on_the_disk(first, tmp_path):
    first.store.checkpoint()
    data = (tmp_path / "kept.db").read_bytes()
    with closing(sqlite3.connect(tmp_path / "kept.db")) as base:
        assert base.execute("SELECT count(*), min(reports) FROM usual").fetchone() > (4, 4)
    for secret in (b"wren", b"shed", b"cellar", b"grandmother", b"idle"):
        assert secret not in data


@pytest.fixture
def store(tmp_path):
    with closing(Store.open(tmp_path / "kept.db")) as opened:
        yield opened


def test_a_later_word_replaces_or_takes_back_the_earlier_one(store):
    store.usual.keep(HOURS, "words", 0)
    store.usual.keep([UsualHour("flood", "PT", START_MS, 7)], "words", 0)
    assert [h.reports for h in store.usual.all("words")] == [9, 7]
    store.usual.keep([UsualHour("flood", "PT", START_MS, 0)], "words", 0)
    assert store.usual.all("words") == HOURS[1:]


def test_fewer_than_five_are_never_written_and_the_file_itself_refuses_them(store):
    store.usual.keep([UsualHour("flood", "PT", START_MS, 4)], "words", 0)
    assert store.usual.all("words") == []
    with pytest.raises(TocsinError), store._transaction() as base:
        base.execute("INSERT INTO usual VALUES ('flood', 'PT', 0, 4, 'words')")


def test_what_another_vocabulary_counted_and_what_is_old_is_forgotten(store):
    store.usual.keep(HOURS, "words", 0)
    assert store.usual.all("others") == []
    store.usual.keep([UsualHour("", "", START_MS + HOUR_MS, 6)], "words", START_MS + 1)
    assert [h.hour_ms for h in store.usual.all("words")] == [START_MS + HOUR_MS]
    store.usual.keep([UsualHour("", "", START_MS, 6)], "others", 0)
    assert store.usual.all("words") == []


@pytest.mark.parametrize(
    "damage", ["reports = 'many'", "reports = 7.5", "hour_ms = 17", "hazard = x'00'"]
)
def test_a_number_that_cannot_be_ours_is_refused_with_what_to_do(store, damage):
    store.usual.keep(HOURS, "words", 0)
    store._base.execute(f"UPDATE usual SET {damage} WHERE hazard = 'flood'")
    with pytest.raises(Corruption, match=r"kept.db.*table usual.*Restore a copy, or empty"):
        store.usual.all("words")
