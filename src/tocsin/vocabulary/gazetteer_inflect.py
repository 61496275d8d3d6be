"""The forms a place name takes in a sentence, in languages that inflect names."""

from collections.abc import Callable, Iterator

_SOFTENED_PL = {
    "wa": "wie", "ła": "le", "na": "nie", "ta": "cie", "da": "dzie", "ra": "rze", "ka": "ce",
    "ga": "dze", "ba": "bie", "pa": "pie", "ma": "mie", "sa": "sie", "za": "zie", "fa": "fie",
}  # fmt: skip
_LOCATIVE_PL = {
    "w": "wie", "n": "nie", "t": "cie", "d": "dzie", "r": "rze", "ł": "le", "b": "bie", "p": "pie",
    "m": "mie", "s": "sie", "z": "zie",
}  # fmt: skip
_LATIN = {"PL": "pl", "TR": "tr", "CY": "tr"}
_TURKISH = ("de", "da", "te", "ta", "den", "dan", "ten", "tan", "deki", "daki", "teki", "taki")
_BENGALI = ("ে", "তে", "র", "ের", "য়", "য়ের", "কে", "েই", "তেই")
_VOWELS_UK = "аеєиіїоуюя"


def _russian(word: str) -> list[str]:
    """Genitive, dative, instrumental, prepositional and accusative of one word, some of them."""
    stem, last = word[:-1], word[-1]
    if word.endswith(("ий", "ый", "ой")) and len(word) > 4:
        soft = "и" if word.endswith("ий") and word[-3] not in "кгх" else "ы"
        head = word[:-2]
        vowel = "е" if soft == "и" else "о"
        return [head + vowel + "го", head + vowel + "му", head + soft + "м", head + vowel + "м"]
    if word.endswith("ая"):
        return [word[:-2] + end for end in ("ой", "ой", "ой", "ой", "ую")]
    if word.endswith("ое"):
        return [word[:-2] + end for end in ("ого", "ому", "ым", "ом")]
    if last == "а":
        genitive = "и" if stem[-1:] in "гкхжшщч" else "ы"
        return [stem + genitive, stem + "е", stem + "ой", stem + "е", stem + "у"]
    if last == "я":
        dative = "и" if stem.endswith("и") else "е"
        return [stem + "и", stem + dative, stem + "ей", stem + dative, stem + "ю"]
    if last == "ь":
        return [stem + end for end in ("и", "и", "ью", "и", "я", "ю", "ем", "е")]
    if last == "й":
        return [stem + end for end in ("я", "ю", "ем", "е")]
    if last in "ыи":
        return [stem, stem + "ам", stem + "ами", stem + "ах"]
    if last in "ое":
        return [stem + end for end in ("а", "у", "ом", "е")]
    if last in "бвгджзклмнпрстфхцчшщ":
        return [word + end for end in ("а", "у", "ом", "е")]
    return []


def _ukrainian(word: str) -> list[str]:
    """As `_russian`, in Ukrainian, with the vowel that comes back (Харків, Харкові)."""
    stem, last = word[:-1], word[-1]
    if word.endswith(("ий", "ій")) and len(word) > 4:
        return [word[:-2] + end for end in ("ого", "ому", "им", "ому")]
    if last == "а":
        softer = {"г": "з", "к": "ц", "х": "с"}.get(stem[-1:], stem[-1:])
        loc = stem[:-1] + softer + "і"
        return [stem + "и", loc, stem + "ою", loc, stem + "у"]
    if last == "я":
        return [stem + end for end in ("і", "ї", "ею", "єю", "ю")]
    if last == "ь":
        return [stem + end for end in ("і", "ю", "я", "ем", "лю", "лем")]
    if last in "иі":
        return [stem, stem + "ам", stem + "ами", stem + "ах"]
    if last in "ое":
        return [stem + end for end in ("а", "у", "ом", "і", "ому")]
    if last not in _VOWELS_UK:
        heads = [word]
        if len(word) > 3 and word[-2] == "ї":
            heads = [word[:-2] + "є" + last]
        elif len(word) > 3 and word[-2] == "і":
            heads = [word[:-2] + "о" + last, word[:-2] + "е" + last]
        return [head + end for end in ("а", "у", "ом", "і", "ові") for head in heads[:1]] + [
            head + "і" for head in heads[1:]
        ]
    return []


def _polish(word: str) -> list[str]:
    """Genitive, locative and instrumental of one word, as far as endings tell."""
    stem, last = word[:-1], word[-1]
    for hard, soft in (("ódź", "odzi"), ("ądz", "ądzu"), ("ów", "owie"), ("ław", "ławiu")):
        if word.endswith(hard):
            more = [word[:-2] + "owa", word[:-2] + "owem"] if hard == "ów" else []
            return [word[: -len(hard)] + soft, word + "ia", *more]
    if word.endswith(("ice", "lce", "yce", "nce")):
        return [stem, stem + "ach", stem + "ami", stem + "om"]
    if last == "a":
        loc = _SOFTENED_PL.get(word[-2:].lower())
        soft = word[:-2] + loc if loc else stem + "i"
        return [stem + "y", stem + "i", soft, stem + "ę", stem + "ą"]
    if last == "o":
        loc = _LOCATIVE_PL.get(stem[-1:])
        return [stem + "a", stem + "u", stem[:-1] + loc if loc else stem + "u", stem + "em"]
    if last == "e":
        return [stem + end for end in ("a", "u", "em", "ego", "em")]
    if last in "ńźść":
        base = stem + {"ń": "ni", "ź": "zi", "ś": "si", "ć": "ci"}[last]
        return [base + end for end in ("a", "u", "em", "")]
    if last in "iy":
        return [stem, stem + "ach", word + "ch", stem + "ego", stem + "em"]
    if last.isalpha():
        loc = _LOCATIVE_PL.get(last)
        soft = stem + loc if loc else word + "u"
        return [word + "a", word + "u", soft, word + "em", word + "iem"]
    return []


def _greek(word: str) -> list[str]:
    """Accusative and genitive of one word; accents are folded away anyway."""
    for end, forms in (
        ("ος", ("ο", "ου")), ("ός", ("ο", "ου")), ("ης", ("η",)), ("ής", ("η",)), ("ας", ("α",)),
        ("άς", ("α",)), ("η", ("ης",)), ("ή", ("ης",)), ("α", ("ας",)), ("ά", ("ας",)),
        ("ο", ("ου",)), ("ό", ("ου",)), ("ι", ("ιου",)), ("ί", ("ιου",)), ("οι", ("ους", "ων")),
    ):  # fmt: skip
        if word.endswith(end):
            return [word[: -len(end)] + form for form in forms]
    return []


def _each(name: str, forms: Callable[[str], list[str]]) -> Iterator[str]:
    """The forms of a name whose words all take the same case."""
    words = name.split()
    tables = [forms(word) or [word] for word in words]
    for case in range(max(map(len, tables))):
        yield " ".join(table[min(case, len(table) - 1)] for table in tables)
    if len(words) == 2 and "-" not in name:
        # A name with a fixed second word: only the first changes.
        yield from (f"{form} {words[1]}" for form in forms(words[0]))


def inflected(name: str, script: str, country: str) -> list[str]:
    """Forms of a name as sentences use it, without the name itself; empty for most languages.

    `script` is what `gazetteer_names.script_of` says; `country` an ISO code or "".
    """
    found: list[str] = []
    if script == "cyrillic":
        rules = [_ukrainian] if country == "UA" else [_russian, _ukrainian]
        for rule in rules:
            found += _each(name, rule)
    elif script == "greek":
        found += _each(name, _greek)
    elif script == "latin" and _LATIN.get(country) == "pl":
        found += _each(name, _polish)
    elif script == "latin" and _LATIN.get(country) == "tr":
        found += [name + end for end in _TURKISH]
    elif script == "indic" and any(0x0980 <= ord(char) <= 0x09FF for char in name):
        found += [name + end for end in _BENGALI]
    return [form for form in dict.fromkeys(found) if form != name and len(form) >= 4]
