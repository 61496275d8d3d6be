"""Signing in by token: roles at every address, sessions that end, and no way around."""

import httpx
import pytest

import web_events as invented
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, InputError
from tocsin.web import Board, create_app, serve
from tocsin.web.access import IDLE_MS, SESSION_MS, SESSIONS, Access
from tocsin.web.app import ROUTES
from tocsin.web.openapi import needs_of
from tocsin.web.tokens import LABEL, ROLES, TOKENS, TokenFile

OPEN = {
    ("GET", "/"), ("GET", "/plain"), ("GET", "/static/{path}"), ("GET", "/ui/{path}"),
    ("GET", "/api/words/{lang}"), ("GET", "/api/ready"), ("GET", "/api/session"),
    ("POST", "/api/session"), ("DELETE", "/api/session"),
}  # fmt: skip
"""What tells nothing of an event, or must be there before anybody has signed in."""
LINK = {("GET", "/answer/{token}"), ("POST", "/answer/{token}")}
OPERATOR = {("GET", "/metrics"), ("POST", "/api/channels/{channel}/test")}
FILLED = {"{event_id}": "0" * 16, "{watch_id}": "0" * 16, "{silence_id}": "0", "{channel}": "ops",
          "{lang}": "en", "{path}": "none", "{token}": "none"}  # fmt: skip


@pytest.fixture
def clock():
    return HeldClock(invented.NOW_MS)


@pytest.fixture
def tokens(tmp_path):
    return TokenFile(tmp_path / "kept-tokens.json")


@pytest.fixture
def given(tokens):
    """A token of each role."""
    return {role: tokens.add(role, f"{role}-1", invented.NOW)[0] for role in ROLES}


@pytest.fixture
def ask(tokens, given, clock):
    board = Board()
    board.publish(invented.event())
    app = create_app(
        board, invented.health, invented.metrics, heartbeat_s=0.05,
        access=Access(tokens, clock), public_host="tocsin.example.org",
    )  # fmt: skip
    served = serve(app, port=0)
    with httpx.Client(base_url=served.url, trust_env=False, timeout=20) as client:
        yield client
    served.stop()


def origin(ask):
    return {"origin": str(ask.base_url).rstrip("/")}


def sign_in(ask, token):
    return ask.post("/api/session", json={"token": token}, headers=origin(ask))


def path_of(spec):
    path = spec.path
    for hole, value in FILLED.items():
        path = path.replace(hole, value)
    return path


def asked(ask, spec, headers):
    """The status of one address; a stream is left as soon as it answers."""
    body = b"{}" if spec.method in ("POST", "PUT") else None
    media = {"content-type": spec.media_taken} if body else {}
    with ask.stream(
        spec.method, path_of(spec), content=body, headers={**media, **headers}
    ) as answer:
        return answer.status_code


def test_the_table_says_who_may_what():
    found = {(spec.method, spec.path): needs_of(spec) for spec in ROUTES}
    assert {key for key, needs in found.items() if needs == "open"} == OPEN
    assert {key for key, needs in found.items() if needs == "link"} == LINK
    assert {key for key, needs in found.items() if needs == "operator"} >= OPERATOR
    for (method, path), needs in found.items():
        if needs in ROLES:
            least = "viewer" if method == "GET" else "editor"
            assert ROLES.index(needs) >= ROLES.index(least), (method, path)


@pytest.mark.parametrize("spec", ROUTES, ids=lambda spec: f"{spec.method} {spec.path}")
def test_every_address_asks_for_its_role(ask, given, spec):
    needs = needs_of(spec)
    nobody = asked(ask, spec, {})
    if needs in ("open", "link"):
        assert nobody != 401
        return
    assert nobody == 401
    assert asked(ask, spec, {"authorization": "Bearer tocsin_wrong"}) == 401
    for role, token in given.items():
        status = asked(ask, spec, {"authorization": f"Bearer {token}"})
        may = ROLES.index(role) >= ROLES.index(needs)
        assert (status not in (401, 403)) is may, (role, status)


def test_an_address_in_no_table_needs_a_role_too(ask):
    assert ask.get("/api/nowhere").status_code == 401


def test_a_session_is_a_cookie_no_script_reads(ask, given):
    nobody = {"required": True, "role": None, "parts": [], "until": None}
    assert ask.get("/api/session").json() == nobody
    wrong = sign_in(ask, "tocsin_wrong")
    assert wrong.status_code == 401 and "set-cookie" not in wrong.headers
    right = sign_in(ask, given["editor"])
    cookie = right.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert given["editor"] not in cookie + right.text
    until = "2030-05-05T00:00:00.000Z"
    assert right.json() == {**nobody, "role": "editor", "until": until}
    assert ask.get("/api/events").status_code == 200
    assert ask.get("/metrics").status_code == 403
    gone = ask.delete("/api/session", headers=origin(ask))
    assert gone.json()["role"] is None
    assert ask.get("/api/events").status_code == 401


def test_an_old_cookie_is_worth_nothing_after_signing_out(ask, given):
    sign_in(ask, given["viewer"])
    name = ask.cookies["tocsin"]
    ask.delete("/api/session", headers=origin(ask))
    ask.cookies.clear()
    assert ask.get("/api/events", headers={"cookie": f"tocsin={name}"}).status_code == 401


def test_sessions_end_when_idle_and_with_the_shift(ask, given, clock):
    sign_in(ask, given["viewer"])
    clock.advance(IDLE_MS / 1_000 - 1)
    assert ask.get("/api/events").status_code == 200
    clock.advance(IDLE_MS / 1_000 - 1)
    assert ask.get("/api/events").status_code == 200
    clock.advance(IDLE_MS / 1_000)
    assert ask.get("/api/events").status_code == 401
    sign_in(ask, given["viewer"])
    for _ in range(SESSION_MS // (IDLE_MS // 2) - 1):
        clock.advance(IDLE_MS / 2_000)
        assert ask.get("/api/events").status_code == 200
    clock.advance(IDLE_MS / 2_000)
    assert ask.get("/api/events").status_code == 401


def test_a_token_taken_back_ends_its_sessions_and_streams(ask, given, tokens):
    sign_in(ask, given["viewer"])
    kept = {one.role: one.id for one in tokens.tokens()}
    with ask.stream("GET", "/api/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        assert tokens.remove(kept["viewer"])
        # It ends by itself, at the next sign of life.
        assert all(not line.startswith("data") for line in lines)
    assert ask.get("/api/events").status_code == 401


def test_a_session_writes_from_its_own_page_only(ask, given):
    sign_in(ask, given["editor"])
    body = {"json": {"hazard": "wildfire"}}
    for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"},
                    {**origin(ask), "sec-fetch-site": "same-site"}):  # fmt: skip
        assert ask.post("/api/silences", headers=headers, **body).status_code == 403, headers
    assert ask.post("/api/silences", headers=origin(ask), **body).status_code == 503
    forged = ask.post("/api/session", json={"token": given["viewer"]}, headers={"origin": "null"})
    assert forged.status_code == 403, "nobody is signed in by another site"


def test_the_outer_name_is_served_to_those_who_sign_in(ask, given):
    outer = {"host": "tocsin.example.org"}
    assert ask.get("/", headers=outer).status_code == 200
    assert ask.get("/api/events", headers=outer).status_code == 401
    bearer = {"authorization": f"Bearer {given['viewer']}"}
    assert ask.get("/api/events", headers={**outer, **bearer}).status_code == 200
    assert ask.get("/", headers={"host": "evil.example"}).status_code == 421


def test_the_last_token_taken_out_leaves_the_door_shut(ask, given, tokens):
    for token in tokens.tokens():
        tokens.remove(token.id)
    assert ask.get("/api/events").status_code == 401
    tokens.path.write_text("{")
    assert ask.get("/api/events").status_code == 401


def test_without_tokens_this_machine_may_do_all(tokens, clock):
    access = Access(tokens, clock)
    app = create_app(Board(), invented.health, invented.metrics, access=access,
                     public_host="tocsin.example.org")  # fmt: skip
    served = serve(app, port=0)
    try:
        with httpx.Client(base_url=served.url, trust_env=False) as client:
            assert client.get("/api/session").json()["role"] == "operator"
            assert client.get("/metrics").status_code == 200
            assert client.get("/", headers={"host": "tocsin.example.org"}).status_code == 421
            tokens.add("viewer", "", invented.NOW)
            assert client.get("/metrics").status_code == 401
    finally:
        served.stop()


def test_only_digests_are_kept(tokens, given):
    raw = tokens.path.read_text()
    assert all(token.removeprefix("tocsin_") not in raw for token in given.values())
    assert tokens.path.stat().st_mode & 0o077 == 0
    assert [one.label for one in tokens.tokens()] == ["viewer-1", "editor-1", "operator-1"]
    assert list(tokens.path.parent.iterdir()) == [tokens.path]


def test_a_file_of_tokens_is_bounded_and_says_what_is_wrong(tokens):
    with pytest.raises(InputError, match="label"):
        tokens.add("viewer", "x" * (LABEL + 1), invented.NOW)
    with pytest.raises(InputError, match="label"):
        tokens.add("viewer", "a\nb", invented.NOW)
    for _ in range(TOKENS):
        tokens.add("viewer", "", invented.NOW)
    with pytest.raises(InputError, match="Take old ones out"):
        tokens.add("viewer", "", invented.NOW)
    assert not tokens.remove("none")
    tokens.path.write_text('[{"role": "king"}]')
    with pytest.raises(ConfigError, match="tocsin token add"):
        tokens.tokens()


def test_sessions_are_bounded(tokens, given, clock):
    access = Access(tokens, clock)
    first = access.sign_in(given["viewer"])
    for _ in range(SESSIONS):
        last = access.sign_in(given["viewer"])
    assert first and last
    assert not access.holds(first[1]) and access.holds(last[1])


def test_an_address_beyond_this_machine_needs_a_sign_in():
    app = create_app(Board(), invented.health, invented.metrics)
    with pytest.raises(ConfigError, match="tocsin token add"):
        serve(app, "0.0.0.0", 0)
    serve(app, "0.0.0.0", 0, elsewhere=True).stop()
