"""The Mastodon source: consent, what is read of a status, refill, and ends of a connection."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopback_mastodon import START_MS, STEP_MS, LoopbackMastodon, message, status, status_key
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SourceLost, SourceRefused
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, Post
from tocsin.sources.mastodon import MastodonSource
from tocsin.sources.mastodon_cursor import MARGIN_MS, RECENT, Place
from tocsin.sources.mastodon_refill import PAGE_STATUSES, PAGES
from tocsin.sources.mastodon_wire import decode_mastodon, plain_text, status_id

NOW_MS = START_MS + 86_400_000
LEAVE = {"permission_from": "admin@social.example", "permission_date": "2025-12-24"}
WAIT_S = 10.0


def source(server, **settings):
    table = {"server": server.url, **LEAVE, **settings}
    return MastodonSource(MastodonSource.spec.checked("sources.x", table), HeldClock(NOW_MS))


def seen(event, payload):
    return decode_mastodon(message(event, payload).encode(), "social.example", NOW_MS)


def take(reader, count):
    frames, cursor = [], None
    for _ in range(count + 40):
        came, cursor = reader.read(WAIT_S if len(frames) < count else 0.0)
        frames += came
        if len(frames) >= count:
            return frames, cursor
    raise AssertionError("the server held events back")


def numbers(frames):
    posts = [decode_mastodon(frame, "h", NOW_MS) for frame in frames]
    return [int(p.text.removeprefix("invented post ")) for p in posts if isinstance(p, Post)]


def test_a_public_status_of_the_server_is_a_post():
    post = seen("update", status(3, language="pt"))
    assert post == Post(
        "social.example/9003", "invented post 3", START_MS + 3 * STEP_MS, "pt",
        f"social.example/{status_key(3)}", "create",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "account", "reason"),
    [
        ({"visibility": "unlisted"}, {}, Reason.NOT_PUBLIC),
        ({"visibility": "private"}, {}, Reason.NOT_PUBLIC),
        ({"visibility": ""}, {}, Reason.NOT_PUBLIC),
        ({}, {"acct": "invented@elsewhere.example"}, Reason.NOT_PERMITTED),
        ({}, {"noindex": True}, Reason.OPTED_OUT),
        ({}, {"indexable": False}, Reason.OPTED_OUT),
        ({}, {"indexable": None, "discoverable": False}, Reason.OPTED_OUT),
        ({}, {"suspended": True}, Reason.OPTED_OUT),
        ({}, {"limited": True}, Reason.OPTED_OUT),
        ({}, {"note": "<p>Cook. #<span>NoBot</span></p>"}, Reason.OPTED_OUT),
        ({}, {"fields": [{"name": "x", "value": "#nobots please"}]}, Reason.OPTED_OUT),
        ({"reblog": {"id": "1"}}, {}, Reason.OTHER_KIND),
        ({"content": "<p></p>"}, {}, Reason.NO_TEXT),
        ({"content": 5}, {}, Reason.BAD_FRAME),
        ({"id": "1/2"}, {}, Reason.BAD_FRAME),
        ({"created_at": "yesterday"}, {}, Reason.BAD_TIME),
    ],
)
def test_what_is_not_ours_to_read_is_refused_and_an_edit_to_it_takes_it_back(
    changed, account, reason
):
    refused = status(1, account=account, **changed)
    assert seen("update", refused) is reason
    if reason not in (Reason.BAD_FRAME, Reason.BAD_TIME):
        back = seen("status.update", refused)
        assert (back.op, back.text, back.id) == ("delete", "", f"social.example/{status_key(1)}")


def test_a_server_older_than_the_flag_is_read_by_the_older_ones():
    old = status(1)
    for name in ("indexable", "noindex"):
        del old["account"][name]
    assert isinstance(seen("update", old), Post)


def test_deletions_and_edits_name_the_same_post():
    created, edited = (
        seen("update", status(2)),
        seen("status.update", status(2, "better words", edited_at="2026-01-01T13:00:00.000Z")),
    )
    gone = seen("delete", status_key(2))
    assert created.id == edited.id == gone.id
    assert (edited.op, edited.text, edited.at_ms) == ("edit", "better words", START_MS + 3_600_000)
    assert (gone.op, gone.author, gone.at_ms) == ("delete", None, NOW_MS)


@pytest.mark.parametrize("event", ["notification", "filters_changed", "status_update", ""])
def test_other_events_are_not_posts(event):
    assert seen(event, "{}") is Reason.OTHER_KIND


def test_only_words_and_hashtags_are_left_of_the_markup():
    said = (
        '<p>Flood in <a href="https://s.example/tags/Porto" class="mention hashtag">#<span>Porto'
        '</span></a>,<br>says <a href="https://s.example/@somebody" class="u-url mention">@<span>'
        'somebody</span></a> &amp; <a href="https://n.example/x"><span class="invisible">https://'
        "</span><span>n.example/x</span></a> &lt;b&gt;</p><p>Stay home</p>"
    )
    words = "Flood in #Porto, says @ & https:// <b> Stay home"
    assert plain_text(said).split() == words.split()
    assert "somebody" not in plain_text(said) and "n.example" not in plain_text(said)


def test_an_unclosed_link_hides_what_follows_and_nothing_takes_long():
    assert plain_text("fire <a class='mention'>@invented and more") == "fire"
    assert plain_text("<a<a<a" * 10_000)
    assert plain_text("<p>" * 20_000) == ""


def test_nothing_of_warnings_media_polls_or_parents_is_kept():
    rich = status(
        1, spoiler_text="soup", media_attachments=[{"description": "soup"}], in_reply_to_id="5",
        poll={"options": [{"title": "soup"}]}, card={"title": "soup"}, url="https://soup.example",
        application={"name": "soup"},
    )  # fmt: skip
    assert "soup" not in str(seen("update", rich))


@given(st.binary(max_size=300))
def test_no_bytes_make_the_decoder_raise(noise):
    assert isinstance(decode_mastodon(noise, "h", NOW_MS), Reason)
    framed = message("update", status(1, "MARK")).encode().replace(b"MARK", noise)
    assert isinstance(decode_mastodon(framed, "h", NOW_MS), (Reason, Post))
    assert isinstance(status_id(noise), str)


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"server": "http://social.example"}, "server"),
        ({"server": "social.example/about"}, "server"),
        ({"server": "user:pass@social.example"}, "server"),
        ({"permission_from": " "}, "permission_from"),
        ({"permission_date": "soon"}, "permission_date"),
        ({"permission_date": "2031-01-01"}, "permission_date"),
        ({"token": "two words"}, "token"),
        ({"contact": "two\nlines"}, "contact"),
    ],
)
def test_a_wrong_setting_is_named(settings, path):
    table = {"server": "social.example", **LEAVE, **settings}
    with pytest.raises(ConfigError) as caught:
        MastodonSource(MastodonSource.spec.checked("x", table), HeldClock(NOW_MS))
    assert caught.value.path == path


@pytest.mark.parametrize("missing", ["server", "permission_from", "permission_date"])
def test_no_server_is_read_without_leave(missing):
    table = {"server": "social.example", **LEAVE}
    del table[missing]
    with pytest.raises(ConfigError, match=f"x.{missing}: missing"):
        MastodonSource.spec.checked("x", table)


def test_token_and_name_go_where_the_server_says():
    with LoopbackMastodon(count=1) as server:
        reader = source(server, token="invented-token", contact="ops@tocsin.example")
        reader.open(None)
        take(reader, 1)
        reader.close()
        paths = [path for path, _, _ in server.requests]
        for _, _, headers in server.requests:
            assert headers["Authorization"] == "Bearer invented-token"
            assert headers.get_all("User-Agent") == [headers["User-Agent"]]
            assert "ops@tocsin.example" in headers["User-Agent"]
        assert server.requests[-1][1] == {"stream": ["public:local"]}
    assert paths == ["/api/v2/instance", "/api/v1/streaming"]


@pytest.mark.parametrize(
    "streaming", ["wss://elsewhere.example", "ws://social.example", "http://127.0.0.1"]
)
def test_a_token_never_goes_to_a_stranger(streaming):
    with LoopbackMastodon() as server:
        server.streaming = streaming
        reader = source(server, token="invented-token")
        with pytest.raises(SourceRefused, match="not its own"):
            reader.open(None)


@pytest.mark.parametrize(
    ("path", "code", "error"),
    [
        ("instance", 404, SourceRefused), ("instance", 503, SourceLost),
        ("streaming", 401, SourceRefused), ("streaming", 429, SourceLost),
        ("streaming", 302, SourceRefused),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_stream_says_whether_to_come_back(path, code, error):
    with LoopbackMastodon() as server:
        server.status = (path, code)
        with pytest.raises(error, match=str(code)):
            source(server).open(None)


def test_a_server_that_is_not_there_is_lost():
    with LoopbackMastodon() as server:
        reader = source(server)
    with pytest.raises(SourceLost, match="cannot be reached"):
        reader.open(None)


@pytest.mark.parametrize("end", ["close", "abort"])
def test_what_was_missed_is_fetched_once_and_in_order(end):
    with LoopbackMastodon(count=3) as server:
        reader = source(server)
        reader.open(None)
        first, cursor = take(reader, 3)
        assert not reader.gap
        server.afterwards = end
        server.say(message("update", status(3)))
        server.statuses += [status(n) for n in range(3, 100)]
        with pytest.raises(SourceLost):
            while True:
                came, cursor = reader.read(WAIT_S)
                first += came
        server.afterwards = "hold"
        server.said = [message("update", status(99)), message("update", status(100))]
        reader.open(cursor)
        assert reader.gap, "deletions of the meantime are never told"
        second, cursor = take(reader, 97)
        reader.close()
    assert numbers(first) == [0, 1, 2, 3]
    assert numbers(second) == list(range(4, 101))
    assert not reader.incomplete
    assert cursor == f"ms:{START_MS + 100 * STEP_MS}:1:{server.netloc}"


@pytest.mark.parametrize(("met", "expected"), [(1, [3, 4, 5]), (2, [2, 3, 4, 5])])
def test_a_new_process_fetches_from_the_margin_on(met, expected):
    # As many as were met before are those; of another number nobody knows which is new.
    with LoopbackMastodon(count=6) as server:
        server.said = []
        reader = source(server)
        reader.open(f"ms:{START_MS + 2 * STEP_MS}:{met}:{server.netloc}")
        frames, _ = take(reader, len(expected))
        reader.close()
        asked = next(q for path, q, _ in server.requests if "timelines" in path)
    assert numbers(frames) == expected
    assert int(asked["min_id"][0]) >> 16 == START_MS + 2 * STEP_MS - MARGIN_MS


def test_a_gap_beyond_the_bound_of_a_refill_is_said():
    with LoopbackMastodon() as server:
        many = PAGES * PAGE_STATUSES + 1
        server.statuses = [status(0, id=str((START_MS + n) << 16)) for n in range(many)]
        reader = source(server)
        reader.open(f"ms:{START_MS - STEP_MS}:1:{server.netloc}")
        frames, _ = take(reader, many - 1)
        for _ in range(100):
            reader.read(0.0 if reader.incomplete else 0.1)
        assert reader.incomplete
        pages = [path for path, _, _ in server.requests if "timelines" in path]
        reader.close()
    assert len(frames) == many - 1
    assert len(pages) == PAGES


def test_a_refill_that_fails_is_incomplete_and_the_stream_goes_on():
    with LoopbackMastodon() as server:
        server.status = ("timelines", 500)
        server.said = [message("update", status(7))]
        reader = source(server)
        reader.open(f"ms:{START_MS}:1:{server.netloc}")
        frames, _ = take(reader, 1)
        assert reader.incomplete
        reader.close()
    assert numbers(frames) == [7]


@pytest.mark.parametrize("cursor", ["9; drop", "ms:5:1:elsewhere.example", "ms::x"])
def test_a_cursor_that_is_none_begins_now_and_says_gap(cursor):
    with LoopbackMastodon(count=1) as server:
        reader = source(server)
        reader.open(cursor)
        assert reader.gap and reader.incomplete
        take(reader, 1)
        reader.close()
        assert all("timelines" not in path for path, _, _ in server.requests)


def test_a_message_over_the_bound_costs_only_itself():
    with LoopbackMastodon() as server:
        server.said = [message("update", status(1, "x" * FRAME_BYTES))]
        server.said.append(message("update", status(2)))
        reader = source(server)
        reader.open(None)
        frames, _ = take(reader, 2)
        reader.close()
    assert reader.decode(frames[0]) is Reason.TOO_LARGE
    assert numbers(frames) == [2]


def test_an_error_of_the_stream_is_a_loss():
    with LoopbackMastodon() as server:
        server.said = [json.dumps({"error": "Missing access token", "status": 401})]
        reader = source(server)
        reader.open(None)
        with pytest.raises(SourceLost, match="ended the stream"):
            reader.read(WAIT_S)
        reader.close()


def test_the_cursor_names_no_post():
    place = Place("h", None)
    key = str((START_MS << 16) + 4_242)
    assert place.fresh([key.encode()], bytes.decode) == [key.encode()]
    assert place.text == f"ms:{START_MS}:1:h"
    assert key not in place.text and place.fresh([key.encode()], bytes.decode) == []


def test_ids_are_remembered_for_the_margin_and_bounded():
    place = Place("h", None)
    for number in range(3 * RECENT):
        place.fresh([str((START_MS + number) << 16).encode()], bytes.decode)
    assert len(place._recent) <= RECENT
    place.fresh([str((START_MS + 100 * MARGIN_MS + n) << 16).encode() for n in range(200)],
                bytes.decode)  # fmt: skip
    assert len(place._recent) <= 264


def test_ids_that_are_no_times_pass_without_a_cursor():
    place = Place("h", None)
    odd = ["AbC123xyz", "01HZX5WQ9W7V8J2M4N6P8R0T2V"]
    assert place.fresh([k.encode() for k in odd], bytes.decode) == [k.encode() for k in odd]
    assert place.text is None and place.min_id is None


def test_a_hundred_drops_lose_and_double_nothing_and_each_is_a_gap():
    with LoopbackMastodon() as server:
        reader, cursor, seen, gaps = source(server), None, [], 0
        for drop in range(100):
            # One while nobody listens, and one that comes over the stream before it breaks.
            server.statuses += [status(2 * drop), status(2 * drop + 1)]
            server.said = [message("update", server.statuses[-1])]
            server.afterwards = "abort" if drop % 2 else "close"
            reader.open(cursor)
            gaps += reader.gap
            with pytest.raises(SourceLost):
                while True:
                    frames, cursor = reader.read(WAIT_S)
                    seen += numbers(frames)
            assert not reader.incomplete
        reader.close()
    # Before the first opening nobody listened, so its first status is not ours.
    assert seen == list(range(1, 200))
    assert gaps == 99
