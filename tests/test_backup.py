"""A copy of a store in use is whole, is checked, and becomes a store again."""

import sqlite3
import stat
import threading

import pytest
from typer.testing import CliRunner

from invented_events import NOON_MS, alert, event
from tocsin.cli.app import app as commands
from tocsin.errors import Corruption, InputError
from tocsin.store import Store
from tocsin.store.backup import back_up, restore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept.db"


def filled(path, count=50):
    store = Store.open(path)
    for n in range(count):
        store.commit_step([event(f"{n}x")], [alert(f"{n}x")], {"sea": str(n)}, NOON_MS)
    return store


def test_a_store_in_use_is_copied_whole_while_it_is_written_to(path, tmp_path):
    store, over = filled(path), threading.Event()
    done = []

    def write():
        n = 1000
        while not over.is_set():
            store.commit_step([event(f"{n}x")], [alert(f"{n}x")], {"sea": str(n)}, NOON_MS)
            done.append(n)
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    while not done:
        over.wait(0.001)
    rows = back_up(path, tmp_path / "copy.db")
    over.set()
    writer.join()
    store.close()
    assert rows["revisions"] == rows["outbox"] >= 50
    copy = Store.open(tmp_path / "copy.db")
    numbers = [int(r.event_id.partition("x")[0]) for r in copy.revisions_since(0, 100_000)]
    assert numbers[-1] == int(copy.cursors()["sea"]), "revisions and cursor of one moment"
    copy.close()
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part*"))


def test_what_was_restored_goes_on_where_the_copy_stood(path, tmp_path):
    filled(path, 3).close()
    back_up(path, tmp_path / "copy.db")
    store = Store.open(path)
    store.commit_step([event("later")], [alert("later")], {"sea": "9"}, NOON_MS)
    store.mark(alert("0x").key, "sent", NOON_MS)
    store.close()
    restore(tmp_path / "copy.db", path)
    store = Store.open(path)
    assert store.cursors() == {"sea": "2"}
    assert [o.alert.key for o in store.pending()] == [alert(f"{n}x").key for n in range(3)]
    store.close()
    before = Store.open(tmp_path / "kept.db.before")
    assert before.cursors() == {"sea": "9"}, "nothing of the old store is lost"
    before.close()


def test_nothing_is_written_over(path, tmp_path):
    filled(path, 1).close()
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(InputError, match=r"copy\.db: exists already"):
        back_up(path, tmp_path / "copy.db")
    back_up(path, tmp_path / "other.db")
    (tmp_path / "kept.db.before").write_text("mine")
    with pytest.raises(InputError, match=r"kept\.db\.before: exists"):
        restore(tmp_path / "other.db", path)


def test_a_store_in_use_is_not_replaced(path, tmp_path):
    store = filled(path, 1)
    back_up(path, tmp_path / "copy.db")
    with pytest.raises(InputError, match="another process uses it"):
        restore(tmp_path / "copy.db", path)
    store.commit_step([event("z")], [], {}, NOON_MS)
    store.close()


def test_what_is_damaged_foreign_or_newer_is_refused(path, tmp_path):
    filled(path, 200).close()
    raw = bytearray(path.read_bytes())
    for page in range(4096 * 3, len(raw), 4096):
        raw[page : page + 64] = b"\xa5" * 64
    (tmp_path / "bad.db").write_bytes(raw)
    with pytest.raises(Corruption, match=r"bad\.db"):
        restore(tmp_path / "bad.db", path)
    (tmp_path / "text.db").write_text("a diary, not a store " * 400)
    with pytest.raises((InputError, Corruption, Exception), match=r"text\.db"):
        restore(tmp_path / "text.db", path)
    foreign = sqlite3.connect(tmp_path / "foreign.db")
    foreign.execute("CREATE TABLE outbox (x)")
    foreign.commit()
    with pytest.raises(InputError, match="no Tocsin store"):
        restore(tmp_path / "foreign.db", path)
    foreign.execute("PRAGMA user_version = 999")
    foreign.commit()
    foreign.close()
    with pytest.raises(InputError, match="newer Tocsin"):
        restore(tmp_path / "foreign.db", path)
    Store.open(path).close()
    assert not (tmp_path / "kept.db.before").exists(), "the store was left alone"


def test_a_damaged_store_is_replaced_by_a_copy(path, tmp_path):
    filled(path, 3).close()
    back_up(path, tmp_path / "copy.db")
    path.write_bytes(b"\x00" * 9000)
    restore(tmp_path / "copy.db", path)
    store = Store.open(path)
    assert len(store.pending()) == 3
    store.close()


def test_from_the_command_line(path, tmp_path):
    filled(path, 2).close()
    (tmp_path / "tocsin.toml").write_text('[store]\npath = "kept.db"\n')
    given = ["-c", str(tmp_path / "tocsin.toml")]
    run = CliRunner().invoke
    told = run(commands, ["backup", str(tmp_path / "copy.db"), "--json", *given])
    assert told.exit_code == 0 and '"revisions":2' in told.stdout
    path.unlink()
    assert run(commands, ["restore", str(tmp_path / "copy.db"), *given]).exit_code == 0
    assert "no such file" in str(
        run(commands, ["restore", str(tmp_path / "x.db"), *given]).exception
    )
