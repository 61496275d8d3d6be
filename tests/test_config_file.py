"""A configuration is right, or refused with the place of the mistake and what to write."""

import re
from pathlib import Path

import pytest

from tocsin.bulletin import Feed
from tocsin.clock import HeldClock
from tocsin.config import Field, Spec
from tocsin.config_file import SETTINGS, checked_parts, load, parse, reference, template
from tocsin.engine.assemble import build_sources
from tocsin.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]


def refusal(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.remedy, "a refusal says what to do"
    return caught.value


def test_an_empty_file_gives_the_defaults():
    made = parse("")
    assert made.web == {"host": "127.0.0.1", "port": 8750, "public_url": ""}
    assert made.store == {"path": "tocsin.db"}
    assert made.engine["step_s"] == 1.0
    assert (made.sources, made.sinks, made.watches) == ({}, {}, ())
    assert made.channels == ("page",)


def test_every_section_reaches_the_configuration():
    made = parse("")
    for section, fields in SETTINGS.items():
        assert set(getattr(made, section)) == {field.name for field in fields}


def test_parts_take_their_type_from_their_name_or_from_type():
    made = parse(
        '[sources.jetstream]\nwanted = 3\n[sinks.ops]\ntype = "webhook"\nsecret = "whsec_x"\n'
    )
    assert (made.sources["jetstream"].type, made.sources["jetstream"].settings) == (
        "jetstream",
        {"wanted": 3},
    )
    assert made.sinks["ops"].type == "webhook"
    assert made.channels == ("ops", "page")
    assert "whsec_x" not in repr(made)


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        ("[web]\nport = 70000\n", "web.port", "from 0 to 65535"),
        ("[web]\nport = 'x'\n", "web.port", "expected int"),
        ("[web]\nprot = 1\n", "web.prot", "Did you mean port?"),
        ("[webb]\nport = 1\n", "webb", "Did you mean web?"),
        ("[engine]\nzzz = 1\n", "engine.zzz", "Known here: step_s"),
        ("[engine]\nstep_s = 0\n", "engine.step_s", "below 0.05"),
        ("[engine]\nstep_s = true\n", "engine.step_s", "got bool"),
        ("web = 3\n", "web", "[web]"),
        ("sources = 3\n", "sources", "[sources.NAME]"),
        ("[sources]\na = 3\n", "sources.a", "[sources.a]"),
        ("[sources.'A b']\n", "sources.A b", "small letters"),
        ("[sources.a]\ntype = 3\n", "sources.a.type", "expected str"),
        ("[sinks.page]\n", "sinks.page", "Choose another name"),
        ("[engine]\nstep_s = nan\n", "engine.step_s", "no finite number"),
        ("[engine]\nstep_s = inf\n", "engine.step_s", "no finite number"),
        (f"[web]\nport = 1{'0' * 400}\n", "web.port", "no finite number"),
        ("[sources.a]\nb = [1, nan]\n", "sources.a.b[2]", "no finite number"),
        (f"a = {'[' * 5000}{']' * 5000}\n", "configuration", "nested too deeply"),
        ("[watches]\n", "watches", "[[watches]]"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(text, path, says):
    error = refusal(text)
    assert error.path == path
    assert says in str(error)


@pytest.mark.parametrize(
    ("text", "path", "clause"),
    [
        ("k_voices = 2\n", "k_voices", "P3"),
        ("[engine]\nk_voices = 2\n", "engine.k_voices", "P3"),
        ("[engine]\nmin_voices = 2\n", "engine.min_voices", "P3"),
        ("[engine]\nretention_h = 48\n", "engine.retention_h", "P9"),
        ("[keys]\nrotation_h = 90\n", "keys.rotation_h", "P4"),
        ("[sources.jetstream]\nttl_s = 1\n", "sources.jetstream.ttl_s", "P9"),
        ("[[watches]]\ngeofence_km = 0.1\n", "watches[1].geofence_km", "P8"),
        ("[engine]\ndisable_mask = true\n", "engine.disable_mask", "P16"),
    ],
)
def test_a_floor_of_the_contract_is_no_setting(text, path, clause):
    error = refusal(text)
    assert error.path == path
    assert "constant of the privacy contract" in error.problem
    assert clause in error.problem


def test_a_broken_file_is_told_with_its_line():
    error = refusal("[web]\nport = \n")
    assert "line 2" in error.problem


def test_files_that_cannot_be_read_are_told(tmp_path):
    cases = {
        "missing.toml": (None, "tocsin init"),
        "latin.toml": (b"[web]\n# caf\xe9\n", "line 2 is not UTF-8"),
        "large.toml": (b"#" * (1 << 20) + b"\n", "larger than"),
    }
    for name, (raw, says) in cases.items():
        if raw is not None:
            (tmp_path / name).write_bytes(raw)
        with pytest.raises(ConfigError, match=says) as caught:
            load(tmp_path / name)
        assert caught.value.path == name
    with pytest.raises(ConfigError, match=r"cannot be read .*Give Tocsin read access"):
        load(tmp_path)


def test_the_template_works_as_it_stands_and_as_it_could(tmp_path):
    (tmp_path / "tocsin.toml").write_text(template())
    made = load(tmp_path / "tocsin.toml")
    assert set(made.sources) == {"jetstream", "usgs"}
    assert made.sinks == {}
    assert [watch["channel"] for watch in made.watches] == ["page"]
    defaults = parse("")
    assert (made.engine, made.web, made.store) == (defaults.engine, defaults.web, defaults.store)
    lines = [line.removeprefix("# ") for line in template().splitlines()]
    switched_on = parse("\n".join(line for line in lines if line.startswith("[") or " = " in line))
    assert switched_on.sinks["ops"].type == "webhook"
    assert [watch["channel"] for watch in switched_on.watches] == ["page", "ops", "ops"]
    assert switched_on.engine == defaults.engine


def test_the_reference_page_is_current():
    page = ROOT / "docs" / "reference" / "settings.md"
    assert page.read_text(encoding="utf-8") == reference(), (
        "docs/reference/settings.md: out of date. Write tocsin.config_file.reference() to it again."
    )


def test_parts_are_held_against_their_specs():
    specs = {"tide": Spec("tide", "posts", "", (Field("gap_s", 1.0, "Gap.", low=0, high=9),))}
    made = parse("[sources.a]\ntype = 'tide'\n[sources.b]\ntype = 'tide'\ngap_s = 3\n")
    assert checked_parts("sources", made.sources, specs) == {
        "a": ("tide", {"gap_s": 1.0}),
        "b": ("tide", {"gap_s": 3.0}),
    }
    wrong = parse("[sources.a]\ntype = 'tide'\ngap_s = 10\n")
    with pytest.raises(ConfigError, match=r"sources\.a\.gap_s: 10"):
        checked_parts("sources", wrong.sources, specs)
    with pytest.raises(ConfigError, match=r"sources\.x\.type: .*Choose one of: tide"):
        checked_parts("sources", parse("[sources.x]\n").sources, specs)


def test_the_configuration_of_the_how_to_works():
    page = (ROOT / "docs" / "how-to" / "receive-a-webhook.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    made = parse(block)
    assert made.sinks["ops"].type == "webhook"
    assert [watch["channel"] for watch in made.watches] == ["ops"]


def test_the_official_feeds_of_the_how_to_can_be_started():
    page = (ROOT / "docs" / "how-to" / "connect-official-feeds.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    built = build_sources(parse(block), HeldClock())
    kinds = {source.spec.name for source in built.values()}
    assert kinds == {"cap", "usgs", "emsc", "gdacs", "status_page", "news"}
    assert built["weather_es"].feed == Feed("meteoalarm", "ES")
    assert built["grid"].feed.where == (41.9, 12.5, 60.0)
    for source in built.values():
        source.close()
