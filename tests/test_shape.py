"""No struct, column, table, address or setting has room for a person (contract P1, P2, P5)."""

import inspect
import re
import shutil
import types
import typing
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tocsin import model
from tocsin.batch import Batch, Removals
from tocsin.clock import HeldClock
from tocsin.config_file import SETTINGS
from tocsin.deliver.build import sink_specs
from tocsin.detect import state as detector_state
from tocsin.engine.assemble import source_specs
from tocsin.engine.keys import seeded_keys
from tocsin.gate import Gate
from tocsin.metrics import Tally
from tocsin.pipeline import Pipeline
from tocsin.sources.synthetic import SyntheticSource
from tocsin.sources.synthetic_world import World
from tocsin.store import Store
from tocsin.vocabulary import pack
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.watch.compile import KEYS
from tocsin.web import answers, duty_api, health, watch_answers
from tocsin.web.app import ROUTES
from tocsin.web.openapi import document

PERSON = re.compile(
    r"(^|_)(author|authors|handle|did|user|users|username|account|screen|nick|person|people_names|"
    r"avatar|bio|mail|email|phone|contact|sender|mention|mentions|follower|followers|profile|ip|"
    r"text|body|content|raw|quote|excerpt|snippet|caption|alt|link|links|geo|client|device|hashtag|"
    r"hashtags|tag|tags|topic|query|keyword|keywords|search|q)($|_)",
    re.IGNORECASE,
)
"""Names that would be the name of a person, of what they wrote, or of how to reach them."""
BATCH = {
    "time_ms": "int64", "hazard": "uint16", "sense": "uint8", "flags": "uint16", "lang": "uint8",
    "family": "uint8", "voice": "uint64", "post": "uint64", "sketch": "uint64",
    "place_at": "int64", "place": "int32", "fact_at": "int64", "fact_kind": "uint8",
    "fact_value": "float64", "term_at": "int64", "term": "uint32", "voice_window": "int64",
}  # fmt: skip
REMOVALS = {"before": "int64", "time_ms": "int64", "post": "uint64", "voice": "uint64"}
EVENT = (
    "event_id", "revision", "phase", "at", "first_seen", "hazard", "category", "origin", "tier",
    "headline", "lang", "place", "level", "severity", "urgency", "certainty", "confidence",
    "voices", "families", "facts", "bulletins", "why", "contract", "merged_into", "expires",
    "extent", "population", "sensitive", "drill",
)  # fmt: skip
TABLES = {
    "audit": ["seq", "at_ms", "role", "act", "about", "hash"],
    "revisions": ["seq", "event_id", "revision", "at_ms", "first_seen_ms", "hazard", "country",
                  "level", "phase", "json"],
    "outbox": ["seq", "key", "channel", "event_id", "revision", "watch", "kind", "state",
               "attempts", "created_ms", "tried_ms", "next_at_ms", "detail", "json", "corrects",
               "first_try_ms", "merged_into"],
    "cursors": ["source", "cursor"],
    "meta": ["name", "value"],
    "unsaid": ["event_id", "watch", "channel", "reason", "at_ms", "until_ms", "json"],
    "silences": ["id", "until_ms", "json"],
    "acks": ["event_id", "at_ms", "outcome"],
    "answered": ["id", "until_ms"],
    "watches": ["id", "at_ms", "json"],
    "feedback": ["event_id", "watch", "verdict", "at_ms"],
    "near_misses": ["hazard", "country", "hour_ms", "bar", "voices"],
    "usual": ["hazard", "country", "hour_ms", "reports", "stamp"],
    "sqlite_sequence": ["name", "seq"],
}  # fmt: skip
OPERATORS = {
    "jetstream.contact", "mastodon.contact",
    "mastodon.permission_from", "usgs.contact", "emsc.contact", "gdacs.contact",
    "cap.contact", "status_page.contact", "news.contact", "ntfy.topic", "alertmanager.user",
    "nats.user", "email.user", "email.sender", "cap.sender",
}  # fmt: skip
"""Settings about whoever runs this Tocsin: how a feed reaches them, and their own accounts at the
services that alerts go out by. None of them chooses what is watched."""
QUESTIONS = {
    "hazard", "country", "level", "phase", "since", "until", "hours", "lang", "limit",
    "event_id", "path", "watch_id", "days",
    "per_day",
    "silence_id", "channel", "token",
}  # fmt: skip


def structs(*modules):
    """Every struct a module declares, by its full name."""
    found = {}
    for module in modules:
        for name, value in inspect.getmembers(module, inspect.isclass):
            if issubclass(value, msgspec.Struct) and value.__module__ == module.__name__:
                found[f"{module.__name__}.{name}"] = value
    return found


STRUCTS = structs(model, answers, duty_api, health, watch_answers)


@pytest.fixture(scope="module")
def passed():
    world = World(5, 1_767_268_800_000, 2.0, ["earthquake"], history_s=30)
    vocabulary, keys = pack.load_vocabulary(), seeded_keys(0)
    gate = Gate(vocabulary, Gazetteer.load(), keys.voices, keys.term)
    view = SyntheticSource({"start_ms": 1}, HeldClock(1)).decode
    return gate.enter(world.frames(1_767_268_890_000), view, 0, Tally())


@pytest.mark.parametrize(("table", "columns"), [("batch", BATCH), ("removals", REMOVALS)])
def test_columns_are_the_agreed_ones_and_hold_numbers(passed, table, columns):
    found = getattr(passed, table)
    kind = {"batch": Batch, "removals": Removals}[table]
    assert set(kind._fields) == set(columns), "a column came or went: change the contract first"
    assert {name: column.dtype.name for name, column in found._asdict().items()} == columns
    assert table == "removals" or found.rows > 10


def arrays(value, path=""):
    """Every array inside named tuples and objects, by its path."""
    if isinstance(value, np.ndarray):
        yield path, value
    elif hasattr(value, "_asdict"):
        for name, part in value._asdict().items():
            yield from arrays(part, f"{path}.{name}")


def test_the_state_of_the_detector_holds_numbers_only(passed):
    line = Pipeline(Gazetteer.load(), ("posts",), b"k" * 32, "v1-0")
    line.step(passed.batch, passed.removals, (), passed.now_ms)
    found = dict(arrays(line._detector.state))
    assert len(found) > 20
    for path, array in found.items():
        assert array.dtype.kind in "iufb", f"detector state{path} holds {array.dtype}"
        last = path.rpartition(".")[2]
        assert not PERSON.search(last), f"detector state{path}"
    assert inspect.getsource(detector_state).count("dtype=object") == 0


def test_a_record_has_the_agreed_fields():
    assert model.Event.__struct_fields__ == EVENT, "author-like or not: agree on the field first"


@pytest.mark.parametrize("name", STRUCTS)
def test_no_struct_has_room_for_a_person(name):
    for field in msgspec.structs.fields(STRUCTS[name]):
        assert not PERSON.search(field.name), f"{name}.{field.name}"
        assert not holds_bytes(field.type), f"{name}.{field.name} may hold bytes"


def holds_bytes(kind):
    """Whether raw bytes or anything at all fits into a field of this type."""
    if kind in (bytes, bytearray, memoryview, object, msgspec.Raw):
        return True
    return any(holds_bytes(part) for part in typing.get_args(kind))


def test_the_tables_of_the_store_are_the_agreed_ones(tmp_path):
    with closing(Store.open(tmp_path / "a.db")) as store:
        base = store._base
        kinds = "('table', 'view', 'trigger')"
        rows = base.execute(f"SELECT name FROM sqlite_schema WHERE type IN {kinds}")
        names = [row[0] for row in rows]
        found = {
            name: [row[1] for row in base.execute(f"PRAGMA table_info({name})")] for name in names
        }
        assert base.execute("PRAGMA secure_delete").fetchone()[0] == 1
    assert found == TABLES, "a column came or went (author?): agree on it first"
    assert not [name for name in found if "fts" in name]


def names_in(value):
    """Every property and parameter name of an OpenAPI document."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "properties":
                yield from part
            if key == "parameters":
                yield from (one["name"] for one in part)
            yield from names_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from names_in(part)


def test_no_address_asks_or_answers_about_a_person():
    made = msgspec.to_builtins(document(ROUTES, "0"))
    found = set(names_in(made))
    assert {"hazard", "event_id", "headline"} <= found
    for name in found:
        assert not PERSON.search(name), f"the OpenAPI document knows {name}"
    asked = {
        one["name"]
        for path in made["paths"].values()
        for operation in path.values()
        for one in operation["parameters"]
    }
    assert asked == QUESTIONS, "a new parameter: agree on it first (contract P5)"
    for path in made["paths"]:
        assert not PERSON.search(path.replace("/", "_")), path


def test_no_setting_and_no_watch_names_a_person():
    ours = {f"{section}.{f.name}" for section, fields in SETTINGS.items() for f in fields}
    # A source and a sink may share a name.
    specs = [*source_specs().items(), *sink_specs().items()]
    theirs = {f"{name}.{field.name}" for name, spec in specs for field in spec.fields}
    assert len(ours) > 3 and len(theirs) > 10
    for path in ours | theirs:
        assert path in OPERATORS or not PERSON.search(path.partition(".")[2]), f"setting {path}"
    assert theirs >= OPERATORS
    assert KEYS[:7] == ("hazards", "place", "lat", "lon", "radius_km", "min_level", "channel")
    assert not [key for key in KEYS if key != "text" and PERSON.search(key)]
    for field in msgspec.structs.fields(model.Watch):
        assert not PERSON.search(field.name)


def test_names_of_persons_would_be_noticed():
    for name in ("author", "post_author", "user_id", "text", "raw_text", "did", "reply_handle"):
        assert PERSON.search(name), name
    for name in ("voices", "headline", "place", "meaning", "at", "bulletins", "without_power"):
        assert not PERSON.search(name), name
    assert holds_bytes(tuple[bytes, ...]) and not holds_bytes(tuple[str, ...])
    assert not holds_bytes(types.NoneType)


@pytest.mark.parametrize("file", ["hazards/fire.toml", "stoplist.toml", "assembly/en.toml"])
def test_one_changed_word_changes_the_contract_hash(tmp_path, monkeypatch, file):
    official = pack.contract_hash()
    data = Path(str(pack.data_folder()))
    copy = tmp_path / "data"
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns("gazetteer.npz", "vocabulary.npz"))
    monkeypatch.setattr(pack, "data_folder", lambda: copy)
    assert pack.contract_hash() == official
    target = copy / file
    target.write_text(target.read_text("utf-8").replace('"', '"x', 1), "utf-8")
    assert pack.contract_hash() != official
    assert re.fullmatch("v1-[0-9a-f]{16}", official)
