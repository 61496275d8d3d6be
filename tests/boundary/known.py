"""What must not come out of one drive: identities, plain hashes, keyed tags, keys."""

import hashlib
import json
import time
from struct import pack

from boundary.canaries import Canary
from boundary.search import Needles
from boundary.stage import PLANTED, Stage
from tocsin.gate.voices import WINDOW_MS, SeededKeys
from tocsin.sources.synthetic_canary import hatch as world_canaries

TAGGED = 64
"""Voices of each wire of whom every hash and every keyed tag is searched for."""
FAMILY = {"social": 2}
"""Number of the family of a wire as the engine counts them; 0 for the others."""
HASHED = 1_500
"""Accounts of each wire of whom the usual hashes are searched for."""


def needles_of(stage: Stage) -> Needles:
    """Identities in every form, plain hashes of accounts and posts, their tags, the keys."""
    needles = Needles()
    for canary in stage.canaries:
        _add_canary(needles, canary)
    for number, known in enumerate(world_canaries(39)):
        for text in known.forms:
            needles.add_text(f"synthetic {number}", text)
    keys = _voice_keys(stage, needles)
    for wire in PLANTED:
        family = FAMILY.get(wire, 0)
        accounts = list(stage.signers[wire].accounts)
        for name in accounts[:: -(-len(accounts) // HASHED)]:
            for text in (name, f"{family}:{name}"):
                needles.add_brief_hashes(f"{wire} {name}", text)
        for draft in stage.worlds[wire].event_of(0).drafts[:TAGGED]:
            for name in stage.signers[wire].names(draft):
                for text in (name, f"{family}:{name}"):
                    needles.add_hashes(f"{wire} {name}", text)
                for form, key in keys:
                    for purpose in ("voice", "post"):
                        tag = _tag(f"{purpose}\0{family}:{name}", key)
                        needles.add_tag(f"{wire} {name}", f"{form} {purpose} tag", tag)
    return needles


def _add_canary(needles: Needles, canary: Canary) -> None:
    for text in canary.strings:
        needles.add_text(canary.token, text)
    for text in (canary.token, canary.name, f"@{canary.token}hd"):
        needles.add_hashes(canary.token, text)
    for number in (f"12.{canary.digits[0]}", f"34.{canary.digits[1]}"):
        for order in "<>":
            needles.add(canary.token, "coordinate as a double", pack(f"{order}d", float(number)))


def _voice_keys(stage: Stage, needles: Needles) -> list[tuple[str, bytes]]:
    """The live voice keys, from the memory folder, and those of the replay; sought as well."""
    found: list[tuple[str, bytes]] = []
    for path in (stage.folder / "memory").rglob("*"):
        if path.is_file():
            table = json.loads(path.read_text(encoding="utf-8"))
            found += [("live", bytes.fromhex(key)) for key in table.values()]
    for _, key in tuple(found):
        needles.add("the voice key", "key raw", key)
        needles.add("the voice key", "key hex", key.hex().encode())
    seeded, window = SeededKeys(0), time.time_ns() // 1_000_000 // WINDOW_MS
    seeded.turn(window)
    for each in (window, window - 1):
        derived = seeded.key(each)
        assert derived is not None
        found.append(("replay", derived))
    return found


def _tag(text: str, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), key=key, digest_size=8).digest(), "big")
