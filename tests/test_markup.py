"""XML of strangers: what was asked for is read, bombs and towers cost little and are refused."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.markup import DEPTH_MOST, ELEMENTS_MOST, TEXT_BYTES, Refused, Wanted, read_markup
from tocsin.metrics import Reason

WANTED = Wanted(frozenset({"a", "b"}), frozenset({"x"}))
MEMORY_BYTES = 50_000_000
BODY = 8_388_608


def read(content):
    return read_markup(content, WANTED)


def why(content):
    with pytest.raises(Refused) as caught:
        read(content)
    return caught.value.reason


def test_only_what_was_asked_for_is_built():
    root = read(b"<a y='0'><b x='1' y='2'> on<!-- no -->e </b><c><b>lost</b></c><b>two</b></a>")
    assert root.attributes == {}
    assert root.texts("b") == ["one", "two"]
    assert root.first("b").attributes == {"x": "1"}
    assert root.first("c") is None
    assert root.text("c") == ""


def test_name_spaces_are_kept_apart_from_names():
    root = read(b"<a xmlns='urn:p' xmlns:q='urn:q'><q:b q:x='1'/></a>")
    assert (root.space, root.name) == ("urn:p", "a")
    part = root.first("b")
    assert (part.space, part.attributes) == ("urn:q", {"x": "1"})


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "latin-1"])
def test_the_declared_coding_is_read(coding):
    declared = f"<?xml version='1.0' encoding='{coding}'?><a>Séisme</a>"
    assert read(declared.encode(coding)).text() == "Séisme"


BOMBS = {
    "entities": b"<!DOCTYPE a [" + b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"x" * 100)
        for n in range(30)
    ) + b"]><a>&e29;</a>",
    "one long entity": b'<!DOCTYPE a [<!ENTITY e "' + b"x" * 100_000 + b'">]><a>' + b"&e;" * 9_000,
    "a file": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>',
    "an address": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "a parameter entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]><a/>',
    "an undeclared entity": b"<a>&e;</a>",
    "an empty type": b"<!DOCTYPE a><a/>",
    "no end": b"<a><b>",
    "nothing": b"",
    "two roots": b"<a/><a/>",
    "a strange root": b"<c/>",
    "a strange coding": b"<?xml version='1.0' encoding='no-such'?><a/>",
    "a strange sign": b"<a>\x00</a>",
}  # fmt: skip
FLOODS = {
    "elements": b"<a>" + b"<b/>" * (BODY // 4),
    "elements nobody asked for": b"<a>" + b"<c/>" * (BODY // 4),
    "names": b"<a>" + b"".join(b"<c%d/>" % n for n in range(ELEMENTS_MOST + 10)),
    "attributes": b"<a " + b" ".join(b"x%d=''" % n for n in range(900_000)) + b"/>",
    "a tag without end": b"<a x='" + b"y" * BODY,
    "a comment without end": b"<a><!--" + b"y" * BODY,
    "comments": b"<a>" + b"<!---->" * (BODY // 7),
    "a tower": b"<a>" * (BODY // 3),
    "a tower nobody asked for": b"<a>" + b"<c>" * (DEPTH_MOST + 1),
    "a text": b"<a>" + b"y" * (TEXT_BYTES + 1),
    "references": b"<a>" + b"&amp;" * (TEXT_BYTES + 1),
}


@pytest.mark.parametrize("bomb", sorted(BOMBS))
def test_types_entities_and_damage_are_refused_and_nothing_is_fetched(bomb):
    assert why(BOMBS[bomb]) is Reason.BAD_BULLETIN


@pytest.mark.parametrize("flood", sorted(FLOODS))
def test_a_flood_is_refused_at_its_bound_in_little_memory(flood):
    content = FLOODS[flood]
    tracemalloc.start()
    assert why(content) is Reason.TOO_LARGE
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEMORY_BYTES


def test_the_bounds_leave_room_for_a_large_feed():
    entry = b"<b>" + b"<c>text</c>" * 30 + b"</b>"
    assert len(read(b"<a>" + entry * 3_000 + b"</a>").parts) == 3_000


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise_anything_else(noise):
    for content in (noise, b"<a>" + noise + b"</a>", b"<a><b " + noise + b"/></a>"):
        try:
            read(content)
        except Refused as refusal:
            assert refusal.reason in (Reason.BAD_BULLETIN, Reason.TOO_LARGE)
