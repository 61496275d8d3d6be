"""The search finds a planted identity in every form and wrapping, and nothing else."""

import gzip
import hashlib
import html
import json
import random
import unicodedata
import zlib
from base64 import b32encode, b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from boundary.canaries import COUNT, hatch
from boundary.search import Needles, search

BIRD = hatch(1)[0]
TAG = 0x9C1D_44E7_A05B_F233
TEXTS = {"token": BIRD.token, "name": BIRD.name, "digits": BIRD.digits[0]}
FORMS = {
    "plain": lambda t: t.encode(),
    "UTF-16": lambda t: t.encode("utf-16"),
    "UTF-16 big": lambda t: t.encode("utf-16-be"),
    "decomposed": lambda t: unicodedata.normalize("NFD", t).encode(),
    "composed": lambda t: unicodedata.normalize("NFC", t).encode(),
    "upper": lambda t: t.upper().encode(),
    "folded": lambda t: t.casefold().encode(),
    "title": lambda t: t.title().encode() if t.isascii() else t.upper().encode(),
    "percent": lambda t: quote(t).encode(),
    "all percent": lambda t: "".join(f"%{b:02X}" for b in t.encode()).encode(),
    "entities": lambda t: "".join(f"&#{ord(c)};" for c in t).encode(),
    "some entities": lambda t: html.escape(t).encode("ascii", "xmlcharrefreplace"),
    "JSON": lambda t: json.dumps(t).encode(),
    "all escapes": lambda t: "".join(f"\\u{ord(c):04x}" for c in t).encode(),
    "base64": lambda t: b64encode(b"ab" + t.encode() + b"c"),
    "base64 of a sentence": lambda t: b64encode(b"said " + t.encode() + b" and left"),
    "base64 url": lambda t: urlsafe_b64encode(b"?>" + t.encode()),
    "base32": lambda t: b32encode(b"xyz" + t.encode()),
    "hex": lambda t: t.encode().hex().upper().encode(),
    "reversed": lambda t: t[::-1].encode(),
    "punycode": lambda t: t.encode("punycode") if not t.isascii() else t.encode(),
    "gzip": lambda t: b"head" + gzip.compress(b"x" * 99 + t.encode()) + b"tail",
    "zlib": lambda t: zlib.compress(t.encode() * 3),
    "gzip of percent": lambda t: gzip.compress(quote(t).encode()),
}
DIGESTS = {
    "md5": hashlib.md5, "sha1": hashlib.sha1, "sha256": hashlib.sha256,
    "blake2b": hashlib.blake2b, "blake2s": hashlib.blake2s,
    "short blake2b": lambda data: hashlib.blake2b(data, digest_size=8),
}  # fmt: skip


@pytest.fixture(scope="module")
def needles():
    found = Needles()
    for bird in hatch(1):
        for text in bird.strings:
            found.add_text(bird.token, text)
        found.add_hashes(bird.token, bird.token)
        found.add_tag(bird.token, "tag", TAG)
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", TEXTS)
def test_every_form_is_found(needles, text, form):
    data = b"before " * 30 + FORMS[form](TEXTS[text]) + b" behind" * 30
    found = search({"somewhere": data}, needles)
    assert found, f"{text} as {form} was not found"
    assert {each.canary for each in found} == {BIRD.token}
    assert {each.channel for each in found} == {"somewhere"}


@pytest.mark.parametrize("name", DIGESTS)
def test_plain_hashes_are_found(needles, name):
    digest = DIGESTS[name](BIRD.token.encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    for said in (digest, digest.hex().encode(), digest.hex()[:16].encode(), b64encode(digest),
                 str(number).encode(), number.to_bytes(8, "little")):  # fmt: skip
        assert search({"a": b"=" + said}, needles), said


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "blake2b", "short blake2b"])
def test_usual_hashes_of_many_are_found(name):
    few = Needles()
    few.add_brief_hashes("somebody", "did:plc:somebody")
    digest = DIGESTS[name](b"did:plc:somebody").digest()
    assert search({"a": b"=" + digest}, few) and search({"a": digest.hex()[:16].encode()}, few)


def test_keyed_tags_are_found(needles):
    tag = TAG
    for said in (tag.to_bytes(8, "big"), tag.to_bytes(8, "little"), str(tag).encode(),
                 f"{tag:016x}".encode()):  # fmt: skip
        assert search({"a": b"\0" + said}, needles), said


def test_chance_is_not_taken_for_somebody(needles):
    rng = random.Random(5)
    noise = rng.randbytes(4_000_000)
    channels = {"noise": noise, "hex": noise[:1_000_000].hex().encode(),
                "text": b" ".join(str(n).encode() for n in range(200_000))}  # fmt: skip
    assert not search(channels, needles)


def test_the_place_is_named(needles):
    data = b"x" * 1000 + BIRD.token.encode()
    found = search({"empty": b"", "log": data}, needles)
    assert [(each.channel, each.offset) for each in found] == [("log", 1000)]
    assert BIRD.token in str(found[0]) and "log" in str(found[0])


def test_there_are_enough_identities():
    birds = hatch(1)
    assert len(birds) == COUNT >= 64
    assert len({text for bird in birds for text in bird.strings}) == 4 * COUNT
    assert all(not bird.name.isascii() and len(bird.digits[0]) >= 8 for bird in birds)
