"""The language of a text and the phrases it speaks, as rules about lists."""

from tocsin.gate.languages import LETTERS, SCRIPTS
from tocsin.vocabulary.codes import BOUND, LANG_SHIFT
from tocsin.vocabulary.tongues import LANGUAGES

SHOWN = 400


def signs(text):
    """(language of the script, votes of letters by language) of the first characters."""
    shown = text[:SHOWN]
    scripts = [lang for low, high, lang in SCRIPTS if any(low <= ord(c) <= high for c in shown)]
    votes = {}
    for (lang, weight), letters in LETTERS.items():
        if set(letters) & set(shown):
            votes[lang] = max(weight, votes.get(lang, 0))
    return (scripts[0] if scripts else "und"), votes


def home(code):
    """The language a phrase comes from."""
    return LANGUAGES[code >> LANG_SHIFT & 31]


def heard(text, hits, declared):
    """(language, hits spoken in it) of one text; hits are (token, length, code)."""
    script, votes = signs(text)
    for _, _, code in hits:
        lang = home(code)
        if lang != "und" and not code & BOUND:
            votes[lang] = votes.get(lang, 0) + 1
    most = max(votes.values(), default=0)
    leading = [lang for lang in LANGUAGES if most and votes.get(lang) == most]
    lang = script if script != "und" else declared
    if most >= 2:
        lang = next((one for one in (declared, script) if one in leading), leading[0])
    spoken = {"und", lang, declared} | (set(leading) if lang == "und" else set())
    kept = []
    for token, length, code in hits:
        plain = (token, length, code & (1 << LANG_SHIFT) - 1)
        if (not code & BOUND or home(code) in spoken) and plain not in kept:
            kept.append(plain)
    return lang, kept
