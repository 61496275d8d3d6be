"""The board that the engine publishes to, and the stream that readers follow."""

import json
import threading
from collections.abc import Callable, Iterator

import httpx
import msgspec
import pytest

import web_events as invented
from tocsin.model import Event, Ground, Why
from tocsin.web import Board, Filters, create_app, serve
from tocsin.web import board as board_module

WAIT_S = 20.0
pytest_plugins = ["web_server"]


# The board


def test_a_known_revision_is_news_only_once() -> None:
    board = Board()
    start = board.since(None).at_id
    board.publish(invented.event())
    board.publish(invented.event())
    assert len(board.since(start).messages) == 1


def test_a_late_revision_joins_the_history_without_becoming_the_latest() -> None:
    board = Board()
    first, second, third = invented.earthquake()
    board.publish(first)
    board.publish(third)
    start = board.since(None).at_id
    board.publish(second)
    assert board.revisions(first.event_id) == [first, second, third]
    assert board.events() == [third]
    assert board.since(start).messages == ()


def test_a_withdrawn_event_takes_back_everything_said_of_it() -> None:
    board = Board()
    start = board.since(None).at_id
    first, second, _ = invented.earthquake()
    other = invented.event()
    for event in (first, other, second):
        board.publish(event)
    board.publish_alert(invented.alert(second))
    gone = withdrawn(second)
    board.publish(gone)
    board.publish_alert(invented.alert(first, key="late"))
    assert board.revisions(first.event_id) == [gone]
    assert {alert.event for alert in board.alerts()} == {gone}
    told = b"".join(message.data for message in board.since(start).messages)
    assert b"people injured" not in told
    assert other.headline.encode() in told and b"withdrawn" in told
    assert board.counts()["revisions"] == 2


def withdrawn(event: Event) -> Event:
    """The last revision of an event that fell below k."""
    return msgspec.structs.replace(
        event,
        revision=event.revision + 1,
        phase="withdrawn",
        headline="Earthquake report withdrawn",
        facts=(),
        voices="0",
        why=(Why(Ground.BELOW_K, True),),
    )


def test_the_board_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "EVENTS", 20)
    monkeypatch.setattr(board_module, "REVISIONS_EACH", 6)
    monkeypatch.setattr(board_module, "REVISIONS_ALL", 50)
    board = Board()
    for number in range(40):
        for revision in range(1, 10):
            event = invented.event(number, revision=revision)
            board.publish(event)
            board.publish_alert(invented.alert(event))
    counts = board.counts()
    kept = [board.revisions(f"{number:016d}") for number in range(40)]
    assert counts["events"] == sum(1 for history in kept if history) <= 20
    assert counts["revisions"] == sum(map(len, kept)) <= 50
    assert [event.revision for event in kept[39]] == [1, 5, 6, 7, 8, 9]
    assert counts["alerts"] == 360 <= board_module.ALERTS


def test_threads_publish_and_read_together() -> None:
    board = Board()

    def publish(base: int) -> None:
        for number in range(150):
            board.publish(invented.event(base + number))

    threads = [threading.Thread(target=publish, args=(base,)) for base in (0, 1000, 2000)]
    for thread in threads:
        thread.start()
    seen = [len(board.events(Filters(limit=500))) for _ in range(50)]
    for thread in threads:
        thread.join(WAIT_S)
    assert board.counts()["events"] == 450
    assert seen == sorted(seen)


# The stream


Frame = dict[str, str]


def frames(lines: Iterator[str]) -> Iterator[Frame]:
    """Blocks of an event stream as they come; comments under the key ''."""
    block: Frame = {}
    for line in lines:
        if not line:
            if block:
                yield block
            block = {}
            continue
        name, _, value = line.partition(":")
        block[name] = value.removeprefix(" ")


def first(stream: Iterator[Frame], wanted: Callable[[Frame], bool]) -> Frame:
    """The first block that is wanted."""
    return next(block for block in stream if wanted(block))


def test_news_comes_by_itself_and_hearts_beat_between(board: Board, api: httpx.Client) -> None:
    with api.stream("GET", "/api/stream") as answer:
        stream = frames(answer.iter_lines())
        opening = next(stream)
        assert opening["id"] == board.since(None).at_id
        assert first(stream, lambda block: "" in block)[""] == "still here"
        event = invented.event(77)
        board.publish(event)
        board.publish_alert(invented.alert(event))
        told = first(stream, lambda block: "event" in block)
        assert told["event"] == "event"
        assert msgspec.json.decode(told["data"], type=Event) == event
        assert first(stream, lambda block: block.get("event") == "alert")["id"] > told["id"]


def test_a_reader_resumes_where_it_left(board: Board, api: httpx.Client) -> None:
    last = api.get("/api/events").json()["stream_id"]
    for number in (71, 72, 73):
        board.publish(invented.event(number))
    with api.stream("GET", "/api/stream", headers={"last-event-id": last}) as answer:
        stream = frames(answer.iter_lines())
        missed = [first(stream, lambda block: "data" in block) for _ in range(3)]
    assert [json.loads(block["data"])["event_id"][-2:] for block in missed] == ["71", "72", "73"]
    with api.stream("GET", "/api/stream", headers={"last-event-id": missed[1]["id"]}) as answer:
        stream = frames(answer.iter_lines())
        assert first(stream, lambda block: "data" in block)["id"] == missed[2]["id"]


@pytest.mark.parametrize("last", ["other.3", "first.999999", "first.-1", "first.²", "nonsense", ""])
def test_a_reader_from_another_run_starts_anew(api: httpx.Client, last: str) -> None:
    headers = {"last-event-id": last.encode()}
    with api.stream("GET", "/api/stream", headers=headers) as answer:
        assert first(frames(answer.iter_lines()), lambda b: "data" in b)["event"] == "reset"


def test_a_reader_who_comes_too_late_starts_anew(board: Board, api: httpx.Client) -> None:
    last = board.since(None).at_id
    for number in range(board_module.REPLAY + 1):
        board.publish(invented.event(10_000 + number))
    assert board.since(last).reset
    with api.stream("GET", "/api/stream", headers={"last-event-id": last}) as answer:
        stream = frames(answer.iter_lines())
        block = first(stream, lambda block: "data" in block)
        assert block["event"] == "reset"
        assert block["id"] == board.since(None).at_id
        board.publish(invented.event(99))
        assert first(stream, lambda block: "data" in block)["event"] == "event"


def test_seats_at_the_stream_are_bounded(board: Board, api: httpx.Client) -> None:
    taken = [threading.Event() for _ in range(board_module.STREAM_CLIENTS)]
    for seat in taken:
        assert board.subscribe(seat.set)
    answer = api.get("/api/stream")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    board.unsubscribe(taken[0].set)
    with api.stream("GET", "/api/stream") as answer:
        assert answer.status_code == 200


def test_a_seat_is_given_back(board: Board, api: httpx.Client) -> None:
    for _ in range(3):
        with api.stream("GET", "/api/stream") as answer:
            next(frames(answer.iter_lines()))
    gone = threading.Event()
    for _ in range(400):
        if board.counts()["stream_clients"] == 0:
            break
        gone.wait(0.02)
    assert board.counts()["stream_clients"] == 0


def test_stopping_ends_open_streams(board: Board) -> None:
    served = serve(create_app(board, invented.health, invented.metrics), port=0)
    with httpx.stream("GET", f"{served.url}api/stream", timeout=WAIT_S) as answer:
        lines = answer.iter_lines()
        next(lines)
        served.stop()
        assert [line for line in lines if line.startswith("data")] == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.url)
    served.stop()
