"""What a CAP info block is about: a hazard of the closed list, or a person and so nothing."""

from tocsin.bulletin import Severity
from tocsin.markup import Part
from tocsin.metrics import Reason
from tocsin.official.bounds import Refused
from tocsin.official.tables import SEVERITIES, fold, tables
from tocsin.vocabulary.hazards import hazard_ids, load_hazards
from tocsin.vocabulary.named import Named, named_in

NAME_CHARS = 400
"""How much of an event name is read."""
CODES_MOST = 32
"""How many event codes of one block are read."""
_WORDS_MOST = 32
_UNSPOKEN = frozenset({"Security", "Rescue"})


def refuse_persons(info: Part) -> None:
    """A message that seeks a person, or acts against people, is dropped whole (contract P14)."""
    table = tables().cap
    if table.person.found_in(_words(info)) or table.person_codes & set(codes_of(info)):
        raise Refused(Reason.PERSON_BULLETIN)
    if _by_table(info) is None and not _ignored(info) and _by_vocabulary(info).assembly:
        raise Refused(Reason.PERSON_BULLETIN)
    categories = info.texts("category")
    if categories and set(categories) <= _UNSPOKEN and not hazard_of(info):
        raise Refused(Reason.PERSON_BULLETIN)


def hazard_of(info: Part) -> str | None:
    """The hazard an info block names: by event name, code, vocabulary, then category.

    The tables know what agencies write; the vocabulary knows the hazards' names in every
    language it speaks, and is asked for the event name alone.
    """
    if _ignored(info):
        return None
    found = _by_table(info)
    if found is not None:
        return found
    named = _by_vocabulary(info).hazard
    if named is not None and _may_be_named(named):
        return named
    categories = tables().cap.categories
    return next((categories[c] for c in info.texts("category") if c in categories), None)


def codes_of(info: Part) -> list[str]:
    """Values of the event codes, in capitals."""
    return [code.text("value").upper() for code in list(info.all("eventCode"))[:CODES_MOST]]


def severity_of(word: str) -> Severity:
    """CAP's word, or Unknown for any other."""
    return next((severity for severity in SEVERITIES if severity == word), "Unknown")


def _ignored(info: Part) -> bool:
    return tables().cap.ignore.found_in(_words(info))


def _by_table(info: Part) -> str | None:
    table = tables().cap
    words = _words(info)
    for hazard, names in table.names:
        if names.found_in(words):
            return hazard
    return next((table.codes[code] for code in codes_of(info) if code in table.codes), None)


def _by_vocabulary(info: Part) -> Named:
    return named_in(info.text("event")[:NAME_CHARS], info.text("language"))


def _may_be_named(key: str) -> bool:
    """Whether the vocabulary alone may let a hazard in: none that people do to people."""
    hazard = load_hazards()[hazard_ids()[key]]
    return not hazard.personal and hazard.category not in _UNSPOKEN


def _words(info: Part) -> list[str]:
    return fold(info.text("event")[:NAME_CHARS])[:_WORDS_MOST]
