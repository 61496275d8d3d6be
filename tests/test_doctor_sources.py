"""`tocsin doctor sources`: each source for a moment, and what it brought."""

import json

import pytest
from typer.testing import CliRunner

from loopback_feed import Answer, LoopbackFeed
from loopback_jetstream import LoopbackJetstream
from loopback_mastodon import LoopbackMastodon, message, status
from tocsin.cli.app import app


@pytest.fixture
def tried(tmp_path):
    """Runs the command on a configuration."""

    def run(text, *options):
        path = tmp_path / "tocsin.toml"
        path.write_text(text)
        asked = ["doctor", "sources", "--config", str(path), "--seconds", "1", *options]
        return CliRunner().invoke(app, asked)

    return run


LEAVE = 'permission_from = "admin@social.example"\npermission_date = "2025-12-24"\n'


def test_every_source_says_what_it_brought(tried, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"created_at": 1767268800000, "author": "a", "text": "b"}\nnoise\n')
    with (
        LoopbackJetstream(count=3) as bluesky,
        LoopbackMastodon() as social,
        LoopbackFeed(Answer(body=b'{"type":"FeatureCollection","features":[]}')) as quakes,
    ):
        social.said = [message("update", status(1)), message("update", status(2, visibility="x"))]
        social.said.append(message("delete", "109"))
        said = tried(
            f'[sources.sky]\ntype = "jetstream"\nurl = "{bluesky.url}"\n'
            f'[sources.social]\ntype = "mastodon"\nserver = "{social.url}"\n{LEAVE}'
            f'[sources.quakes]\ntype = "usgs"\nurl = "{quakes.url}"\n'
            f'[sources.rows]\ntype = "file"\npaths = ["{rows}"]\n'
            '[sources.own]\ntype = "stdin"\ndeletions = true\n',
            "--json",
        )
    assert said.exit_code == 0, said.output
    found = {each["name"]: each for each in json.loads(said.stdout)}
    assert found["sky"]["counts"] == {"create": 3}
    assert found["social"]["counts"] == {"create": 1, "not_public": 1, "delete": 1}
    assert found["rows"]["counts"] == {"create": 1, "bad_frame": 1}
    assert found["sky"]["lag_s"] > 0
    assert {name: each["state"] for name, each in found.items()} == dict.fromkeys(found, "ok")
    assert "not tried" in found["own"]["found"]


def test_what_is_wrong_is_said_with_its_remedy(tried, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("noise\nmore noise\n")
    with LoopbackJetstream() as silent, LoopbackJetstream() as shut, LoopbackJetstream() as gone:
        shut.status = 403
        away = gone.url
        gone.stop()
        said = tried(
            f'[sources.silent]\ntype = "jetstream"\nurl = "{silent.url}"\n'
            f'[sources.shut]\ntype = "jetstream"\nurl = "{shut.url}"\n'
            f'[sources.away]\ntype = "jetstream"\nurl = "{away}"\n'
            f'[sources.rows]\ntype = "file"\npaths = ["{rows}"]\n',
            "--json",
        )
    assert said.exit_code == 1
    found = {each["name"]: (each["state"], each["found"], each["remedy"])
             for each in json.loads(said.stdout)}  # fmt: skip
    assert found["silent"][:2] == ("warn", "connected, but silent for 1 s")
    assert found["shut"][0] == "fail" and "403" in found["shut"][1]
    assert found["away"][0] == "warn" and "cannot be reached" in found["away"][1]
    assert found["rows"][0] == "fail" and "another form" in found["rows"][2]
    assert all(remedy for _, _, remedy in found.values())


def test_as_a_table_and_a_wrong_setting_is_named(tried):
    with LoopbackJetstream(count=1) as server:
        said = tried(f'[sources.sky]\ntype = "jetstream"\nurl = "{server.url}"\n')
    assert said.exit_code == 0 and "create 1" in said.output
    wrong = tried('[sources.sky]\ntype = "jetstream"\nurl = "http://nowhere.example"\n')
    assert wrong.exception is not None and "url" in str(wrong.exception)
