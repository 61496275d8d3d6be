"""The API and the stream, over a real server on loopback."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from jsonschema import Draft202012Validator
from starlette.routing import Mount, Route

import web_events as invented
from tidy.files import ROOT
from tocsin.errors import ConfigError
from tocsin.model import Event, Ground
from tocsin.render import LANGS
from tocsin.web import Board, Served, create_app, serve
from tocsin.web import board as board_module
from tocsin.web.app import PAGE, ROUTES
from tocsin.web.health import coarse, told
from tocsin.web.openapi import RouteSpec
from tocsin.web.query import PHASES, BadQuery, Parameter, event_filters

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
PERSONAL = re.compile(r"author|user|handle|did|account|text|query|q")

pytest_plugins = ["web_server"]


def ids(answer: httpx.Response) -> list[str]:
    """The event ids of an answer, in order."""
    assert answer.status_code == 200, answer.text
    return [event["event_id"][-2:] for event in answer.json()["events"]]


# Events


def test_newest_change_comes_first_and_only_its_latest_revision(api: httpx.Client) -> None:
    answer = api.get("/api/events")
    assert ids(answer) == ["17", "01", "16", "15", "14", "13", "12", "11"]
    assert answer.json()["events"][0]["revision"] == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("hazard=wildfire,earthquake", ["17", "01"]),
        ("country=pt,BR", ["01", "15"]),
        ("level=red", ["17"]),
        ("level=yellow&country=NP", ["16"]),
        ("phase=resolved", ["11"]),
        ("since=2030-05-04T11:50:00Z", ["17", "01"]),
        ("since=2030-05-04T13:50:00%2B02:00", ["17", "01"]),
        ("until=2030-05-04T10:30:00Z&hazard=rail_accident,flood", ["12", "11"]),
        ("until=2030-05-04T11:53:00Z&level=yellow&since=2030-05-04T11:40:00Z", ["16"]),
        ("limit=2", ["17", "01"]),
        ("hazard=no_such_hazard", []),
    ],
)
def test_filters(api: httpx.Client, query: str, found: list[str]) -> None:
    assert ids(api.get(f"/api/events?{query}")) == found


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("colour=red", "hazard, country, level, phase, since, until, limit"),
        ("level=purple", "green, yellow or red"),
        ("limit=1001", "1 to 1000"),
        ("limit=0", "1 to 1000"),
        ("limit=%C2%B2", "1 to 1000"),
        ("since=yesterday", "RFC 3339"),
        ("country=PRT", "two letters"),
        ("hazard=Big+Fire", "comma-separated"),
        ("hazard=a,,b", "comma-separated"),
        ("phase=over", "reported, updated"),
        ("level=red&level=red", "commas"),
    ],
)
def test_a_bad_query_is_told_what_to_write(api: httpx.Client, query: str, told: str) -> None:
    answer = api.get(f"/api/events?{query}")
    assert answer.status_code == 400
    problem = answer.json()
    assert told in problem["remedy"]
    assert problem["problem"]


@pytest.mark.parametrize("path", ["/api/alerts", "/api/health", "/api/stream", "/metrics"])
def test_other_addresses_take_no_parameter(api: httpx.Client, path: str) -> None:
    assert api.get(f"{path}?since=2030-05-04T11:50:00Z").status_code == 400


@pytest.mark.parametrize("name", ["hazard", "country", "level", "phase", "since", "limit", "other"])
def test_no_answer_tells_one_identity_from_another(api: httpx.Client, name: str) -> None:
    one = api.get("/api/events", params={name: "@marisol.invented.example"})
    other = api.get("/api/events", params={name: "zzkkqwpplmvbbxx.yyy.invented"})
    assert (one.status_code, one.content) == (other.status_code, other.content)
    assert b"marisol" not in one.content


@given(some.lists(some.tuples(some.sampled_from(["hazard", "limit", "since", "x"]), some.text())))
def test_any_query_is_read_or_refused(given_query: list[tuple[str, str]]) -> None:
    try:
        filters = event_filters(given_query)
    except BadQuery as refusal:
        assert refusal.remedy.endswith(".")
    else:
        assert 1 <= filters.limit <= 1_000


def test_one_event_with_its_revisions(api: httpx.Client) -> None:
    detail = api.get(f"/api/events/{17:016d}").json()
    assert [event["level"] for event in detail["revisions"]] == ["green", "yellow", "red"]
    assert detail["event"] == detail["revisions"][-1]
    assert {fact["from"] for fact in detail["event"]["facts"]} == {"official", "posts"}


def test_an_unknown_event_is_told_where_to_look(api: httpx.Client) -> None:
    answer = api.get("/api/events/nobody0000000000")
    assert answer.status_code == 404
    assert "/api/events" in answer.json()["remedy"]
    assert "nobody" not in answer.text


def test_events_match_the_published_schema(api: httpx.Client) -> None:
    schema = json.loads((REFERENCE / "event.schema.json").read_text())
    validator = Draft202012Validator(schema)
    shown = api.get("/api/events").json()["events"]
    assert len(shown) == 8
    for event in shown:
        assert not list(validator.iter_errors(event))
        assert set(schema["properties"]) == set(event)
    assert list(validator.iter_errors({**shown[0], "voices": "3"}))


# Health, metrics and the rest


def test_health_tells_no_small_or_exact_count(api: httpx.Client) -> None:
    health = api.get("/api/health").json()
    source = health["sources"][0]
    assert source["received"] == 50_000 and source["admitted"] == 2_000
    assert source["refused"] == {"no_hazard": 50_000, "bad_frame": 0}
    assert source["rate_per_min"] == 1_000
    assert source["last_message"] == "2030-05-04T11:59:00.000Z"
    assert health["counts"]["events"] == 8
    assert health["contract"] == invented.CONTRACT


def test_times_of_single_messages_are_told_to_the_minute() -> None:
    exact = invented.minutes_ago(3.21)
    shown = told(invented.health(blind_since=exact), {})
    assert shown.blind_since == "2030-05-04T11:56:00.000Z" != exact
    assert told(invented.health(), {}).blind_since is None


@given(some.integers(min_value=0, max_value=10**12))
def test_coarse_figures_hide_single_posts(count: int) -> None:
    shown = coarse(count)
    assert shown <= count
    assert shown == 0 or (shown >= 5 and count < shown * 2.5)
    assert len({coarse(count + i) for i in range(5)}) <= 2


def test_ready_says_what_to_do_when_not() -> None:
    state = {"ready": True}

    def health() -> Any:
        advice = "" if state["ready"] else "Check the sources with tocsin doctor."
        return invented.health(ready=state["ready"], advice=advice)

    served = serve(create_app(Board(), health, invented.metrics), port=0)
    try:
        assert httpx.get(f"{served.url}api/ready").json() == {"ready": True, "advice": ""}
        state["ready"] = False
        answer = httpx.get(f"{served.url}api/ready")
        assert answer.status_code == 503
        assert "doctor" in answer.json()["advice"]
    finally:
        served.stop()


def test_metrics_are_prometheus_text(api: httpx.Client) -> None:
    answer = api.get("/metrics")
    assert answer.content == invented.metrics()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_alerts_are_newest_first(board: Board, api: httpx.Client) -> None:
    for event in invented.earthquake():
        board.publish_alert(invented.alert(event))
    board.publish_alert(invented.alert(invented.earthquake()[0]))
    shown = api.get("/api/alerts").json()["alerts"]
    assert [alert["event"]["revision"] for alert in shown] == [1, 3, 2]


ADDRESSES = [
    "/",
    "/static/app.js",
    "/static/none.js",
    "/api/events",
    "/api/events?x=1",
    "/api/events/none",
    "/api/attribution",
    "/nowhere",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_carries_the_contract_and_the_policy(api: httpx.Client, path: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        headers = api.request(method, path).headers
        assert headers["x-tocsin-contract"] == invented.CONTRACT
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "cache-control" in headers
        assert "server" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_reading_is_possible(api: httpx.Client, method: str) -> None:
    for path in ("/api/events", "/", "/static/app.js", "/api/watches/a/why"):
        answer = api.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"


def test_head_of_the_stream_takes_no_seat(board: Board, api: httpx.Client) -> None:
    assert api.head("/api/stream").headers["content-type"].startswith("text/event-stream")
    assert board.counts()["stream_clients"] == 0


def test_a_foreign_name_is_not_served(api: httpx.Client) -> None:
    answer = api.get("/api/events", headers={"host": "elsewhere.example"})
    assert answer.status_code == 421
    assert "headline" not in answer.text


def test_static_files_stay_inside_the_page(api: httpx.Client) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/hosts"):
        assert api.get(path).status_code == 404


def test_an_error_inside_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    secret = "marisol.invented.example"

    def metrics() -> bytes:
        raise RuntimeError(secret)

    served = serve(create_app(Board(), invented.health, metrics), port=0)
    try:
        answer = httpx.get(f"{served.url}metrics")
    finally:
        served.stop()
    assert answer.status_code == 500
    assert answer.headers["x-tocsin-contract"] == invented.CONTRACT
    assert secret not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


# The table of routes


def personal_parameters(routes: tuple[RouteSpec, ...]) -> list[str]:
    """Names of parameters that could ask about a person or for words of a post."""
    return [p.name for route in routes for p in route.parameters if PERSONAL.search(p.name)]


def test_no_parameter_can_ask_about_a_person() -> None:
    assert personal_parameters(ROUTES) == []
    for name in ("author", "user_id", "did", "handle", "q", "fulltext"):
        leak = RouteSpec("/api/posts", "", parameters=(Parameter(name, "", {}),))
        assert personal_parameters((*ROUTES, leak)) == [name]


def test_the_table_and_the_app_name_the_same_routes() -> None:
    app = create_app(Board(), invented.health, invented.metrics)
    paths = set()
    for route in app.routes:
        assert isinstance(route, Route | Mount)
        paths.add(route.path + "/{path}" if isinstance(route, Mount) else route.path)
    assert paths == {spec.path for spec in ROUTES}


def test_the_openapi_document_is_sound_and_complete(api: httpx.Client) -> None:
    document = api.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {spec.path for spec in ROUTES}
    schemas = document["components"]["schemas"]
    for name in ("Event", "Place", "Alert", "Health", "Problem"):
        Draft202012Validator.check_schema(schemas[name])
    refs = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert refs <= set(schemas)
    for path, item in document["paths"].items():
        for operation in item.values():
            named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
    fields = {field.encode_name for field in msgspec.structs.fields(Event)}
    assert set(schemas["Event"]["properties"]) == fields


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/events", "EventList"),
        (f"/api/events/{17:016d}", "EventDetail"),
        ("/api/alerts", "AlertList"),
        ("/api/health", "Health"),
        ("/api/ready", "Readiness"),
        ("/api/attribution", "Credits"),
        ("/api/nowhere", "Problem"),
    ],
)
def test_answers_match_the_openapi_document(
    board: Board, api: httpx.Client, path: str, name: str
) -> None:
    board.publish_alert(invented.alert(invented.event()))
    components = api.get("/api/openapi.json").json()["components"]
    schema = {"components": components, "$ref": f"#/components/schemas/{name}"}
    answer = api.get(path).json()
    assert not list(Draft202012Validator(schema).iter_errors(answer))


def test_the_reference_names_every_route_and_parameter() -> None:
    page = (REFERENCE / "api.md").read_text()
    for spec in ROUTES:
        assert f"`{spec.path}`" in page
        for parameter in spec.parameters:
            assert f"`{parameter.name}`" in page
    for name in ("EVENTS", "REVISIONS_EACH", "ALERTS", "REPLAY", "STREAM_CLIENTS"):
        assert f"{getattr(board_module, name):,}" in page


# The server


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.org", ""])
def test_only_this_machine_is_served(host: str) -> None:
    app = create_app(Board(), invented.health, invented.metrics)
    with pytest.raises(ConfigError, match=r"web\.host.*127\.0\.0\.1"):
        serve(app, host=host, port=0)


def test_a_taken_port_is_told(served: Served) -> None:
    port = httpx.URL(served.url).port
    assert port is not None
    app = create_app(Board(), invented.health, invented.metrics)
    with pytest.raises(ConfigError, match=f"port {port} is taken"):
        serve(app, port=port)


def test_the_page_has_a_sentence_for_every_ground_and_a_word_for_every_phase() -> None:
    source = (PAGE / "words.js").read_text()
    sentences = source[source.index("const GROUNDS") : source.index("function bulletin")]
    assert set(re.findall(r"^  (\w+): \(", sentences, re.M)) == {ground.value for ground in Ground}
    phases = source[source.index("const PHASES") : source.index("const TIERS")]
    assert set(re.findall(r"^  (\w+): ", phases, re.M)) == set(PHASES)


LOADS = re.compile(r'(?:^import .* from |^} from |import\(|src=|<link .*href=)"([^"]*)', re.M)


@pytest.mark.parametrize("lang", LANGS)
def test_every_ground_has_a_sentence_in_every_language(lang: str) -> None:
    source = (ROOT / "ui" / "src" / "words" / f"{lang}.ts").read_text()
    keys = set(re.findall(r"^  (\w+): ", source, re.M))
    wanted = {f"ground_{ground.value}" for ground in Ground}
    assert wanted <= keys


ALONE = {"dom.js", "projection.js", "session.js", "words.js", "hands.js"}
"""Modules of the page that load nothing."""


def test_the_page_asks_for_nothing_foreign() -> None:
    for file in [*sorted(PAGE.glob("*.js")), PAGE / "index.html", PAGE / "style.css"]:
        source = file.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", source)
        assert not re.search(r"\beval\b|new Function|@import|url\(", source)
        loads = re.findall(
            r'(?:^import .* from |^} from |import\(|src=|<link .*href=)"([^"]*)', source, re.M
        )
        assert all(load.startswith(("/static/", "./")) for load in loads), file.name
        assert loads or file.suffix == ".css" or file.name in ALONE, file.name
    assert (PAGE / "world.json").stat().st_size <= 150_000
