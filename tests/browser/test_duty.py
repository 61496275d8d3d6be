"""What people do on the page about events: see to them, silence them, try channels, look back."""

import pytest
from playwright.sync_api import expect

import web_events as invented
from browser_page import QUAKE, fill
from tocsin.clock import MINUTE_MS, HeldClock
from tocsin.engine.coverage import Coverage, Heard
from tocsin.errors import SinkBusy
from tocsin.model import Ground, Receipt, Why
from tocsin.store import Store
from tocsin.web import create_app, serve
from tocsin.web.blindness import Blindness
from tocsin.web.delivery_api import Outbound
from tocsin.web.duty_api import Duty

pytestmark = pytest.mark.browser


@pytest.fixture
def store(tmp_path):
    """A store that knows the invented day, with one message owed and one given up."""
    store = Store.open(tmp_path / "kept.db")
    quake = invented.earthquake()[2]
    alerts = [invented.alert(quake), invented.alert(invented.event(), key="other")]
    store.commit_step([*invented.scene()], alerts, {}, invented.NOW_MS)
    store.mark("other", "rejected", invented.NOW_MS, invented.NOW_MS, "HTTP 410 Gone")
    yield store
    store.close()


@pytest.fixture
def served(board, built, store):
    """A server with all that an engine brings."""
    clock = HeldClock(invented.NOW_MS)
    answers = [Receipt(1, "by hand"), SinkBusy("It answered 503.")]

    def try_out(channel):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    blindness = Blindness(invented.NOW_MS - 90 * MINUTE_MS, lambda: ["network"])
    blindness.hear("network", "deaf", invented.NOW_MS - 50 * MINUTE_MS)
    blindness.hear("network", "heard", invented.NOW_MS - 35 * MINUTE_MS)
    heard = (Heard("*", "*", "50-199"), Heard("pt", "*", "15-49"), Heard("*", "NP", "5-14"))
    app = create_app(
        board, lambda: invented.health(sources=(
            invented.source(deaf_since=invented.minutes_ago(8)), invented.source(name="quakes"),
        )),
        invented.metrics, built=built,
        coverage=lambda: Coverage(invented.minutes_ago(600), heard, ("ja", "tr")),
        duty=Duty(store, clock, try_out),
        outbound=Outbound(store, lambda: ("ops", "page"), lambda: (), blindness),
    )  # fmt: skip
    served = serve(app, port=0)
    yield served
    served.stop()


def test_an_event_is_seen_to_judged_and_silenced(board, opened, store):
    fill(board)
    page = opened(f"#{QUAKE}")
    duty = page.locator("#duty")
    expect(duty).to_contain_text("Nobody sees to it yet.")
    duty.get_by_role("button", name="I see to it").click()
    expect(duty).to_contain_text("Somebody sees to it since 12:00")
    duty.get_by_label("What was it?").select_option("exaggerated")
    expect(duty.locator("p").first).to_contain_text("Exaggerated")
    duty.get_by_role("button", name="Silence its messages for 4 h").click()
    expect(duty).to_contain_text("Its messages are silenced until 16:00.")
    (ack,), (silence,) = store.acks(), store.silences(invented.NOW_MS)
    assert (ack.event_id, ack.outcome) == (QUAKE, "exaggerated")
    assert (silence.event_id, silence.max_level) == (QUAKE, "red")
    duty.get_by_role("button", name="End the silence").click()
    expect(duty.get_by_role("button", name="Silence its messages for 1 h")).to_be_visible()
    assert store.silences(invented.NOW_MS) == []


def test_the_state_tells_channels_messages_and_answers(opened, store):
    store.acknowledge(QUAKE, invented.NOW_MS, "real")
    page = opened("#/state")
    ops = page.locator("#channels li[data-channel=ops]")
    expect(ops).to_contain_text("1 waiting · 1 given up")
    ops.get_by_role("button", name="Send a test").click()
    expect(ops.get_by_role("status")).to_have_text("Accepted. by hand")
    ops.get_by_role("button", name="Send a test").click()
    expect(ops.get_by_role("status")).to_contain_text("Busy")
    page_channel = page.locator("#channels li[data-channel=page]")
    expect(page_channel.get_by_role("button")).to_have_count(0)
    expect(page.locator("#dead")).to_contain_text("HTTP 410 Gone")
    expect(page.locator("#answers")).to_contain_text("Real")
    expect(page.locator("#silences")).to_contain_text("Nothing is silenced.")
    expect(page.locator("#blind")).to_contain_text("11:10 to 11:25")
    expect(page.locator("#source-table")).to_contain_text("silent beyond its habit since 11:52")


def test_coverage_tells_who_was_heard(opened):
    heard = opened("#/coverage").locator("#heard")
    for words in ("Portuguese", "15–49", "Nepal", "5–14", "Japanese · Turkish"):
        expect(heard).to_contain_text(words)


def test_countries_and_languages_stand_in_the_readers_own(opened):
    heard = opened("#/coverage", locale="fr-FR").locator("#heard")
    for words in ("portugais", "Népal", "japonais · turc"):
        expect(heard).to_contain_text(words)


def test_grounds_stand_where_they_help(board, opened):
    why = (
        Why(Ground.VOICES, "15-49", 5),
        Why(Ground.TIMES_USUAL, 20),
        Why(Ground.OTHER_PLACE, "Vila Serena, BR", 0.25),
        Why(Ground.SET_ASIDE, "flood"),
        Why(Ground.RAISES, "second_family", "corroborated"),
        Why(Ground.LOWERS, "silence", "resolved"),
    )
    board.publish(invented.event(70, why=why))
    page = opened(f"#{70:016d}")
    panel = page.locator("#panel")
    expect(panel.locator(".where")).to_contain_text("It may also be Vila Serena, Brazil: 25 %")
    expect(panel.locator(".standing")).to_contain_text("at least 20 times the usual")
    expect(panel).to_contain_text("Some call it Flooding; that reading was set aside.")
    expect(panel).to_contain_text("a second, independent source family.")
    expect(panel).to_contain_text("nothing new is said.")
