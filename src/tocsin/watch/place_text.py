"""What may stand where a watch names a place: a name of the gazetteer and nothing finer."""

import re
import unicodedata

from tocsin.errors import WatchRefused

PLACE_CHARS = 120
_TOWN = 'Name the town, as in "Valencia, Spain", or give lat and lon with a radius.'
_OPERATORS = frozenset('*?|!"^~<>=\\[]{}$%+;_`&')
_OPERATOR_WORDS = frozenset({"AND", "OR", "NOT", "NEAR"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "mayor"})
_PERSON_WORDS = frozenset({"named", "suspect", "missing"})
_DOTTED = re.compile(r"(\w+)\.[^\W\d_]")
_SHORT_FORMS = frozenset({"st", "ste", "mt", "ft", "pt", "sta", "sto"})


def cleaned(text: str) -> str:
    """The place text in NFKC, without format characters and doubled spaces.

    Raises WatchRefused for whatever is more, or finer, than the name of a place; the
    reasons never repeat the text (contract P15).
    """
    if len(text) > PLACE_CHARS:
        raise _refused("too_long", f"The place is longer than {PLACE_CHARS} characters.")
    text = unicodedata.normalize("NFKC", text)
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    if any(unicodedata.category(sign) in ("Cc", "Co", "Cn", "Cs") for sign in text.strip()):
        raise _refused("control", "The place holds control characters.")
    text = " ".join(text.split())
    _refuse_addresses(text)
    if not any(sign.isalpha() for sign in text):
        raise _refused("empty", "The place holds no name.")
    _refuse_operators(text)
    _refuse_persons(text)
    return text


def _refuse_addresses(text: str) -> None:
    folded = text.casefold()
    if folded.startswith(("did:", "at:")) or "@" in text or "#" in text:
        raise _refused("account", "The place holds an account, an e-mail address or a hashtag.")
    if "://" in text or folded.startswith("www.") or "/" in text or _dotted(folded):
        raise _refused("address", "The place holds a web address.")
    if any(unicodedata.category(sign).startswith("N") for sign in text):
        raise _refused("number", "The place holds a number, and nothing finer than a town is read.")


def _dotted(folded: str) -> bool:
    return any(match[1] not in _SHORT_FORMS for match in _DOTTED.finditer(folded))


def _refuse_operators(text: str) -> None:
    words = {word.strip(",.()") for word in text.split()}
    if _OPERATORS & set(text) or _OPERATOR_WORDS & words or ":" in text:
        raise _refused("operator", "The place holds a search operator.")


def _refuse_persons(text: str) -> None:
    words = [word.strip(",.()") for word in text.casefold().split()]
    # A title only counts in front: "Jackson, MS" is a city.
    if words[0] in _TITLES or _PERSON_WORDS & set(words):
        raise _refused("person", "Tocsin follows hazards, never people.")


def _refused(category: str, reason: str) -> WatchRefused:
    return WatchRefused(category, reason, _TOWN)
