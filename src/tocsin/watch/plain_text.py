"""The text of a watch made plain, or refused for its form alone."""

import re
import unicodedata

from tocsin.errors import WatchRefused

WATCH_CHARS = 120
_PICK = "Write a hazard and a place, as in: wildfire, Valencia."
_OPERATORS = frozenset('*?|^"~\\[]{}$%()<_`;')
_ACCOUNT = re.compile(r"@|\bdid:|\bnpub1|\buser[_ ]?id|\b(?:from|by|author|user|to):", re.I)
_ADDRESS = re.compile(r"://|\bwww\.|\w\.\w+\.[a-z]{2,}|\b[\w-]{3,}\.[a-z]{2,6}\b", re.I)
_PHONE = re.compile(r"\+?\d[\d\s-]{8,}\d")
_PLATE = re.compile(r"\b[A-Z]{2}\d{2}\s?[A-Z]{3}\b|number plate", re.I)
_HOUSE = re.compile(
    r"\b\d+\w?\s+\w+\s+(?:street|st|avenue|ave|road|rd|lane|ln|drive|close|court|way)\b"
    r"|\b(?:calle|rue|via|rua|straße|strasse|ulica|улица|jalan)\b.*\d",
    re.I,
)
_SIGNS = re.compile(r"(?<!\w)-(?=\w)|\+(?=[#\w])|/.*/|=(?<!>=)|&&|!")
_GROUPED = re.compile(r"(?<![\d.,])\b\d{1,3}(?: \d{3})+\b(?![\d.,])")
"""A number in groups of three: 20 000."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MIXED_WORD = re.compile(r"[^\W\d_]+\d[^\W_]*[^\W\d_]")


def plain(text: str) -> str:
    """The text in NFKC, without format characters, hashtags parted at capitals.

    Raises WatchRefused, which never repeats the text, for anything that is not plain words.
    """
    if len(text) > WATCH_CHARS:
        raise WatchRefused("too_long", f"The watch is longer than {WATCH_CHARS} characters.", _PICK)
    text = unicodedata.normalize("NFKC", text)
    # A joiner inside a Persian word parts its halves; elsewhere it hides and is dropped.
    text = text.replace("\u200c", " " if _holds_arabic(text) else "")
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    if any(unicodedata.category(sign) in ("Cc", "Co", "Cn", "Cs") for sign in text.strip()):
        raise WatchRefused("structure", "The watch holds control characters.", _PICK)
    text = " ".join(text.replace("≥", ">=").split())
    if not any(sign.isalpha() for sign in text):
        raise WatchRefused("operator", "The watch holds no words.", _PICK)
    _refuse_accounts(text)
    bare = text.replace(">=", " at least ")
    bare = re.sub(r"(\d)\s*\+(?!\w)", r"\1 or more", bare)
    bare = _GROUPED.sub(lambda found: found[0].replace(" ", ""), bare)
    if _OPERATORS & set(bare) or _SIGNS.search(bare.replace("#", "")):
        raise WatchRefused("operator", "The watch holds a search operator.", _PICK)
    if _evades(bare):
        raise WatchRefused("structure", "A word is written in mixed letters or signs.", _PICK)
    if "#" in bare:
        bare = _CAMEL.sub(" ", bare.replace("#", " "))
    return " ".join(bare.split())


def _refuse_accounts(text: str) -> None:
    if _ACCOUNT.search(text):
        raise WatchRefused("account", "Tocsin follows hazards, never accounts.", _PICK)
    dotted = re.sub(r"\b(?:st|mt|ft|ste)\.", "", text, flags=re.I)
    if _ADDRESS.search(dotted):
        raise WatchRefused("account", "The watch holds a network address.", _PICK)
    if _PHONE.search(text) or _PLATE.search(text):
        raise WatchRefused("person", "The watch holds a number that belongs to someone.", _PICK)
    if _HOUSE.search(text):
        raise WatchRefused("address", "Nothing finer than a town is watched.", _PICK)


def _holds_arabic(text: str) -> bool:
    return any("\u0600" <= sign <= "\u06ff" for sign in text)


def _evades(text: str) -> bool:
    """Words of two alphabets, and digits inside words: nobody writes a hazard like that."""
    for word in re.findall(r"\w+", text):
        scripts = {unicodedata.name(sign, "?").split()[0] for sign in word if sign.isalpha()}
        if len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
            return True
        if _MIXED_WORD.search(word):
            return True
    return False
