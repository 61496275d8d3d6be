"""Every form into which a string can be put and still be that string."""

import hashlib
import unicodedata
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator

HEAD = 8
"""Shortest form that is searched for, in bytes; a shorter one would be found by chance."""

_BLAKE_SIZES = (8, 12, 16, 20, 24, 32, 48, 64)


def written(text: str) -> Iterator[tuple[str, bytes]]:
    """(form, bytes) of a text as text: encodings, normal forms, cases, escapes by base."""
    for normal in ("NFC", "NFD"):
        formed = unicodedata.normalize(normal, text)
        for case, cased in _cases(formed):
            yield f"UTF-8 {normal}{case}", cased.encode()
            for coding in ("utf-16-le", "utf-16-be"):
                yield f"{coding} {normal}{case}", cased.encode(coding)
        yield f"Latin-1 {normal}", formed.encode("latin-1", "replace")
        yield f"reversed {normal}", formed[::-1].encode()
        yield f"hex {normal}", formed.encode().hex().encode()
        yield f"hex UTF-16 {normal}", formed.encode("utf-16-le").hex().encode()
        yield from (("base64", b) for b in aligned(formed.encode(), b64encode, 3, 6))
        yield from (("base64 url", b) for b in aligned(formed.encode(), urlsafe_b64encode, 3, 6))
        yield from (("base32", b) for b in aligned(formed.encode(), b32encode, 5, 5))
        yield f"escaped {normal}", _escaped(formed)
        yield f"percent {normal}", "".join(f"%{b:02x}" for b in formed.encode()).encode()
        yield f"entities {normal}", "".join(f"&#{ord(c)};" for c in formed).encode()
        yield f"hex entities {normal}", "".join(f"&#x{ord(c):x};" for c in formed).encode()
    if not text.isascii():
        yield "punycode", text.encode("punycode")
        words = text.lower().split()
        yield "punycode words", b" ".join(w.encode("punycode") for w in words)


def _cases(text: str) -> Iterator[tuple[str, str]]:
    yield "", text
    yield " folded", text.casefold()
    yield " upper", text.upper()


def _escaped(text: str) -> bytes:
    return "".join(f"\\u{ord(c):04x}" for c in text).encode()


def aligned(
    data: bytes, encode: Callable[[bytes], bytes], group: int, bits: int
) -> Iterator[bytes]:
    """The part of an encoding that does not depend on what stands before and behind."""
    for before in range(group):
        coded = encode(b"\0" * before + data).rstrip(b"=")
        first = -(-before * 8 // bits)
        last = (before + len(data)) * 8 // bits
        yield coded[first:last]


def hashed(text: str) -> Iterator[tuple[str, bytes]]:
    """(form, bytes) of the plain, unkeyed digests of a text; long ones by their head."""
    data = text.encode()
    digests = [(name, hashlib.new(name, data).digest()) for name in _PLAIN]
    digests += [
        (f"blake2b-{size}", hashlib.blake2b(data, digest_size=size).digest())
        for size in _BLAKE_SIZES
    ]
    digests += [("blake2s", hashlib.blake2s(data).digest())]
    for name, digest in digests:
        yield from numbered(name, digest)


def briefly_hashed(text: str) -> Iterator[tuple[str, bytes]]:
    """The same for the usual digests in their usual forms: for many texts at once."""
    data = text.encode()
    digests = [(name, hashlib.new(name, data).digest()) for name in ("md5", "sha1", "sha256")]
    digests += [
        (f"blake2b-{size}", hashlib.blake2b(data, digest_size=size).digest())
        for size in (8, 16, 32, 64)
    ]
    for name, digest in digests:
        yield f"{name} raw", digest[:HEAD]
        yield f"{name} hex", digest.hex()[:12].encode()


_PLAIN = ("md5", "sha1", "sha256", "sha512", "sha3_256")


def numbered(name: str, digest: bytes) -> Iterator[tuple[str, bytes]]:
    """Forms of 8 or more bytes that stand for somebody: raw, hex, decimal, base64, base32."""
    head = digest[:HEAD]
    yield f"{name} raw", head
    yield f"{name} raw, turned", head[::-1]
    yield f"{name} hex", head.hex()[:12].encode()
    yield f"{name} hex, turned", head[::-1].hex()[:12].encode()
    yield f"{name} base64", b64encode(digest)[:10]
    yield f"{name} base32", b32encode(digest)[:12]
    for value in (int.from_bytes(head, "big"), int.from_bytes(head, "little")):
        number = str(value)
        if len(number) >= 15:
            yield f"{name} decimal", number.encode()
