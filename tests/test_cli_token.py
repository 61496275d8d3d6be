"""`tocsin token`: given out, listed without secrets, taken back."""

import json

import pytest
from typer.testing import CliRunner

from tocsin.cli.app import app
from tocsin.web.tokens import beside, digest_of


@pytest.fixture
def run(tmp_path):
    config = tmp_path / "tocsin.toml"
    config.write_text('[store]\npath = "kept.db"\n')

    def run(*words):
        return CliRunner().invoke(app, ["token", *words, "--config", str(config)])

    return run


def test_a_token_is_shown_once_and_taken_back(run, tmp_path):
    assert run("list").stdout == ""
    made = run("add", "--role", "editor", "--label", "desk-1")
    secret = made.stdout.strip()
    (kept,) = beside(tmp_path / "kept.db").tokens()
    assert (kept.role, kept.label, kept.digest) == ("editor", "desk-1", digest_of(secret))
    listed = run("list")
    assert kept.id in listed.stdout and "desk-1" in listed.stdout
    assert secret not in listed.stdout and kept.digest not in listed.stdout
    (told,) = json.loads(run("list", "--json").stdout)["tokens"]
    assert told["id"] == kept.id and set(told) == {"id", "role", "label", "since"}
    assert json.loads(run("rm", kept.id, "--json").stdout) == {"removed": 1}
    assert beside(tmp_path / "kept.db").tokens() == ()


def test_what_cannot_be_is_told(run):
    assert "viewer, editor, operator" in str(run("add", "--role", "king").exception)
    assert "tocsin token list" in str(run("rm", "none").exception)
    given = json.loads(run("add", "--json").stdout)
    assert given["role"] == "viewer" and given["token"].startswith("tocsin_")
