"""What people do on the page about events: see to them, silence them, try channels, look back."""

import pytest
from playwright.sync_api import expect

import web_events as invented
from browser_page import QUAKE, fill, tab_to
from full_page import full_page, kept
from tocsin.model import Ground, Why
from tocsin.store import ROLE

pytestmark = pytest.mark.browser


@pytest.fixture
def store(tmp_path):
    """A store that knows the invented day, with one message owed and one given up."""
    store = kept(tmp_path)
    yield store
    store.close()


@pytest.fixture
def served(board, built, store):
    """A server with all that an engine brings."""
    served = full_page(board, store, built=built)
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
    assert {ack.event_id: ack.outcome for ack in store.acks()}[QUAKE] == "exaggerated"
    silences = {one.event_id: one.max_level for one in store.silences(invented.NOW_MS)}
    assert silences[QUAKE] == "red"
    duty.get_by_role("button", name="End the silence").click()
    expect(duty.get_by_role("button", name="Silence its messages for 1 h")).to_be_visible()
    assert QUAKE not in {one.event_id for one in store.silences(invented.NOW_MS)}


def test_the_state_tells_channels_messages_and_answers(opened):
    page = opened("#/state")
    ops = page.locator("#channels li[data-channel=ops]")
    expect(ops).to_contain_text("1 waiting")
    ops.get_by_role("button", name="Send a test").click()
    expect(ops.get_by_role("status")).to_have_text("Accepted. by hand")
    desk = page.locator("#channels li[data-channel=desk]")
    expect(desk).to_contain_text("1 given up · resting")
    desk.get_by_role("button", name="Send a test").click()
    expect(desk.get_by_role("status")).to_contain_text("Busy")
    expect(page.locator("#channels li[data-channel=page]").get_by_role("button")).to_have_count(0)
    expect(page.locator("#dead")).to_contain_text("HTTP 410 Gone")
    expect(page.locator("#answers")).to_contain_text("Real")
    expect(page.locator("#rights")).to_have_count(0)
    silence = page.locator("#silences li")
    expect(silence).to_contain_text("Flooding · United Kingdom")
    silence.get_by_role("button", name="End the silence").click()
    expect(silence).to_have_text("Nothing is silenced.")
    expect(page.locator("#blind")).to_contain_text("11:10 to 11:25")
    expect(page.locator("#source-table")).to_contain_text("silent beyond its habit since 11:52")


def test_the_state_tells_how_often_the_alerts_of_a_watch_were_right(opened, store):
    store.mark(store.recent_alerts()[-1].alert.key, "sent", invented.NOW_MS)
    page = opened("#/state")
    watch = page.locator("#rights li[data-watch=w1]")
    expect(watch).to_have_text("w1 · 1 alerted, none answered for")
    store.acknowledge(QUAKE, invented.NOW_MS, "false")
    page.reload()
    expect(watch).to_have_text("w1 · 1 alerted, 1 answered for, 0 % of these right · False 1")


def test_an_operator_reads_what_was_done_in_which_role_and_never_by_whom(board, opened, store):
    fill(board)
    role = ROLE.set("editor")
    store.acknowledge(QUAKE, invented.NOW_MS, "false")
    for number in range(12):
        store.audit.write(invented.NOW_MS, "channel tried", f"desk{number}")
    ROLE.reset(role)
    page = opened("#/state")
    acts = page.locator("#acts")
    expect(acts).to_contain_text("The log holds.")
    expect(acts).to_contain_text(store.audit.root())
    rows = acts.locator("tbody tr")
    expect(rows).to_have_count(12)
    expect(rows.first).to_contain_text("editor")
    expect(rows.first).to_contain_text("Channel tested")
    expect(rows.first).to_contain_text("desk11")
    tab_to(page, "#acts .wide")
    tab_to(page, "#acts > button")
    page.keyboard.press("Enter")
    expect(acts.get_by_role("button")).to_have_attribute("aria-expanded", "true")
    seen = rows.filter(has_text="Event seen to").first
    expect(seen).to_contain_text("False")
    seen.get_by_role("link").click()
    expect(page.locator("#panel")).to_contain_text("San Lirio")


def test_an_act_that_was_changed_is_told_on_the_page(opened, store):
    store.acknowledge(QUAKE, invented.NOW_MS, "real")
    store._base.execute("UPDATE audit SET role = 'operator' WHERE seq = 2")
    told = opened("#/state").locator("#acts-hold")
    expect(told).to_contain_text("does not hold from record 2 on")
    expect(told).to_contain_text("the record was changed")


def test_coverage_tells_who_was_heard(opened):
    heard = opened("#/coverage").locator("#heard")
    for words in ("Portuguese", "50–199", "Nepal", "5–14", "Arabic · Bangla · Hindi"):
        expect(heard).to_contain_text(words)


def test_countries_and_languages_stand_in_the_readers_own(opened):
    heard = opened("#/coverage", locale="fr-FR").locator("#heard")
    for words in ("portugais", "Népal", "arabe · bengali · hindi"):
        expect(heard).to_contain_text(words)


def test_grounds_stand_where_they_help(board, opened):
    why = (
        Why(Ground.VOICES, "15-49", 5),
        Why(Ground.TIMES_USUAL, 20),
        Why(Ground.OTHER_PLACE, "Vila Velha, BR", 0.25),
        Why(Ground.SET_ASIDE, "flood"),
        Why(Ground.RAISES, "second_family", "corroborated"),
        Why(Ground.LOWERS, "silence", "resolved"),
    )
    board.publish(invented.event(70, why=why))
    page = opened(f"#{70:016d}")
    panel = page.locator("#panel")
    expect(panel.locator(".where")).to_contain_text("It may also be Vila Velha, Brazil: 25 %")
    expect(panel.locator(".standing")).to_contain_text("at least 20 times the usual")
    expect(panel).to_contain_text("Some call it Flooding; that reading was set aside.")
    expect(panel).to_contain_text("a second, independent source family.")
    expect(panel).to_contain_text("nothing new is said.")
