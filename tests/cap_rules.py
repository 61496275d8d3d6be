"""The rules of CAP 1.2 that a message can break, as one table of ours."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import defusedxml.ElementTree as ET

NS = "{urn:oasis:names:tc:emergency:cap:1.2}"
ALERT = (
    "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction",
    "addresses", "code", "note", "references", "incidents", "info",
)  # fmt: skip
INFO = (
    "language", "category", "event", "responseType", "urgency", "severity", "certainty",
    "audience", "eventCode", "effective", "onset", "expires", "senderName", "headline",
    "description", "instruction", "web", "contact", "parameter", "resource", "area",
)  # fmt: skip
AREA = ("areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling")
WORDS = {
    "status": "Actual Exercise System Test Draft",
    "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private",
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}
MUST = {
    "alert": ("identifier", "sender", "sent", "status", "msgType", "scope"),
    "info": ("category", "event", "urgency", "severity", "certainty"),
    "area": ("areaDesc",), "resource": ("resourceDesc", "mimeType"), **dict.fromkeys(
        ("parameter", "eventCode", "geocode"), ("valueName", "value")),
}  # fmt: skip
RESOURCE = ("resourceDesc", "mimeType", "size", "uri", "derefUri", "digest")
PAIR = ("valueName", "value")
PAIRS = ("parameter", "eventCode", "geocode")
ORDER = {"alert": ALERT, "info": INFO, "area": AREA, "resource": RESOURCE,
         **dict.fromkeys(PAIRS, PAIR)}  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
NAME = re.compile(r"[^\s,<&]+")
CIRCLE = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?) (\d+(?:\.\d+)?)")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
MEDIA = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
SHA1 = re.compile(r"[0-9a-fA-F]{40}")
MANY = ("info", "category", "responseType", "parameter", "area", "circle", "code", "eventCode",
        "resource", "polygon", "geocode")  # fmt: skip


class Rule(NamedTuple):
    """A rule by name, and what of a message breaks it."""

    name: str
    broken: Callable[[object], bool]


def all_of(root, *names):
    return [e for name in names for e in root.iter(NS + name)]


def word(root, name):
    return (root.findtext(NS + name) or "").strip()


def children(root):
    return [(e, [c.tag.removeprefix(NS) for c in e]) for e in root.iter() if len(e)]


def out_of_order(root):
    for element, names in children(root):
        order = ORDER.get(element.tag.removeprefix(NS))
        if order is None or any(name not in order for name in names):
            return True
        if [order.index(n) for n in names] != sorted(order.index(n) for n in names):
            return True
    return False


def missing(root):
    wanted = [(e, MUST[e.tag.removeprefix(NS)]) for e in root.iter()
              if e.tag.removeprefix(NS) in MUST]  # fmt: skip
    return any(not word(e, name) for e, names in wanted for name in names)


def bad_time(root):
    times = [e.text or "" for e in all_of(root, "sent", "effective", "onset", "expires")]
    return any(not TIME.fullmatch(t) or not datetime.fromisoformat(t) for t in times)


def bad_reference(root):
    for triple in word(root, "references").split():
        parts = triple.split(",")
        if len(parts) != 3 or not TIME.fullmatch(parts[2]):
            return True
        if parts[1] == word(root, "identifier"):
            return True
    return False


def bad_circle(root):
    for element in all_of(root, "circle"):
        hit = CIRCLE.fullmatch(element.text or "")
        if not hit or abs(float(hit[1])) > 90 or abs(float(hit[2])) > 180:
            return True
    return False


def bad_polygon(root):
    for element in all_of(root, "polygon"):
        corners = (element.text or "").split()
        hits = [re.fullmatch(r"(-?[\d.]+),(-?[\d.]+)", corner) for corner in corners]
        if len(corners) < 4 or corners[0] != corners[-1] or not all(hits):
            return True
        if any(abs(float(h[1])) > 90 or abs(float(h[2])) > 180 for h in hits):
            return True
    return False


def bad_scope(root):
    """What a restricted message is bound to, and whom a private one is for, is said then alone."""
    scope = word(root, "scope")
    return (scope == "Restricted") != bool(word(root, "restriction")) or (
        scope == "Private" and not word(root, "addresses")
    )


def bad_height(root):
    areas = all_of(root, "area")
    numbers = [e.text or "" for e in all_of(root, "altitude", "ceiling")]
    return any(word(a, "ceiling") and not word(a, "altitude") for a in areas) or any(
        not re.fullmatch(r"-?\d+(\.\d+)?", n) for n in numbers
    )


def bad_resource(root):
    return (
        any(not MEDIA.fullmatch(e.text or "") for e in all_of(root, "mimeType"))
        or any(not (e.text or "").isdigit() for e in all_of(root, "size"))
        or any(not SHA1.fullmatch(e.text or "") for e in all_of(root, "digest"))
        or any(word(r, "derefUri") and not word(r, "uri") for r in all_of(root, "resource"))
    )


RULES = (
    Rule("the root is alert of the namespace of 1.2", lambda r: r.tag != NS + "alert"),
    Rule("elements are known and in the order of the schema", out_of_order),
    Rule("what must be there is there", missing),
    Rule("only what may be repeated is", lambda r: any(
        names.count(n) > 1 for _, names in children(r) for n in set(names) - set(MANY))),
    Rule("no element is empty", lambda r: any(
        not len(e) and not (e.text or "").strip() for e in r.iter())),
    Rule("names hold no space, comma, < or &", lambda r: any(
        not NAME.fullmatch(word(r, n)) for n in ("identifier", "sender"))),
    Rule("times have a numeric zone", bad_time),
    Rule("words of closed lists are in them", lambda r: any(
        e.text not in words.split() for n, words in WORDS.items() for e in all_of(r, n))),
    Rule("update and cancel refer to what came before", lambda r: (
        word(r, "msgType") in ("Update", "Cancel")) != bool(word(r, "references"))),
    Rule("a reference is sender, identifier and time, and never itself", bad_reference),
    Rule("an exercise says what it is", lambda r: (
        word(r, "status") in ("Exercise", "Test") and not word(r, "note"))),
    Rule("a circle is a place on the globe and a radius in km", bad_circle),
    Rule("a headline has at most 160 characters", lambda r: any(
        len(e.text or "") > 160 for e in all_of(r, "headline"))),
    Rule("a message ends after it begins", lambda r: any(
        word(i, "expires") and word(i, "expires") <= word(i, "effective")
        for i in all_of(r, "info"))),
    Rule("a polygon has four corners or more and ends where it began", bad_polygon),
    Rule("restriction and addresses go with the scope", bad_scope),
    Rule("a ceiling has an altitude, and both are numbers", bad_height),
    Rule("a resource says its type, its size in bytes and its SHA-1", bad_resource),
    Rule("a language is a code of RFC 3066", lambda r: any(
        not LANGUAGE.fullmatch(e.text or "") for e in all_of(r, "language"))),
    Rule("a link is a whole address", lambda r: any(
        not re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", e.text or "") for e in all_of(r, "web"))),
    Rule("two infos of one message differ in language or in what they say", lambda r: len(
        infos := [(word(i, "language"), word(i, "event"), word(i, "urgency")) for i in
                  all_of(r, "info")]) != len(set(infos))),
    Rule("an error says what is wrong", lambda r: (
        word(r, "msgType") == "Error" and not word(r, "note"))),
    Rule("infos of one message are of one time", lambda r: len(
        {word(i, "effective") for i in all_of(r, "info")}) > 1),
)  # fmt: skip


def broken(xml: bytes) -> list[str]:
    """Names of the rules that a message breaks."""
    root = ET.fromstring(xml, forbid_dtd=True)
    return [rule.name for rule in RULES if rule.broken(root)]
