"""Which language a text is in, and which phrases bound to another language fall away."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.vocabulary.token_kernel import code_at

_LANG_SHIFT, _LANG_BITS, _BOUND = 22, 31, 1 << 27
_CODE = (1 << _LANG_SHIFT) - 1
_SCRIPT_CHARS = 400
_SURE_VOTES = 2


@part(lends=True)
def script_of(buffer, begin, end, ranges, votes):
    """Language the script of a text gives away, 0 for none; letters add their votes.

    `ranges` rows: first code point, last, language, votes (0 = the language of a script, in
    order of precedence).
    """
    best = len(ranges)
    seen = 0
    i = begin
    while i < end and seen < _SCRIPT_CHARS:
        code, step = code_at(buffer, i, end)
        i += step
        seen += 1
        if code < 0xA1:
            continue
        for r in range(len(ranges)):
            if ranges[r, 0] <= code <= ranges[r, 1]:
                if ranges[r, 3] == 0:
                    best = min(best, r)
                else:
                    votes[ranges[r, 2]] = max(votes[ranges[r, 2]], ranges[r, 3])
    return ranges[best, 2] if best < len(ranges) else 0


@part(lends=True)
def language_of(votes, script, declared):
    """What two function words say, else the script, else what was declared; ties go likewise."""
    most = 0
    for lang in range(1, len(votes)):
        most = max(most, votes[lang])
    if most >= _SURE_VOTES:
        if votes[declared] == most:
            return declared
        if votes[script] == most:
            return script
        for lang in range(1, len(votes)):
            if votes[lang] == most:
                return lang
    return script if script > 0 else declared


@kernel
def hear(buffer, offsets, declared, hit_at, token, length, code, ranges, n_langs):
    """Languages of n texts, and the hits without those bound to a language not spoken there.

    A text of no certain language is taken to speak every one its words leave open. Returns
    (language ids, offsets, tokens, lengths, codes without their language).
    """
    n = len(offsets) - 1
    langs = np.zeros(n, np.uint8)
    out_at = np.zeros(n + 1, np.int64)
    out = np.zeros((3, len(token)), np.int32)
    used = 0
    for doc in range(n):
        h0, h1 = hit_at[doc], hit_at[doc + 1]
        words = np.zeros(n_langs, np.int32)
        most = 0
        for h in range(h0, h1):
            # A phrase says which language it is from; a bound one may not vouch for itself.
            if not code[h] & _BOUND:
                words[code[h] >> _LANG_SHIFT & _LANG_BITS] += 1
        words[0] = 0
        letters = np.zeros(n_langs, np.int32)
        script = script_of(buffer, offsets[doc], offsets[doc + 1], ranges, letters)
        words += letters
        for lang in range(1, n_langs):
            most = max(most, words[lang])
        lang = language_of(words, script, declared[doc])
        langs[doc] = lang
        for h in range(h0, h1):
            own = code[h] >> _LANG_SHIFT & _LANG_BITS
            open_to = lang == 0 and most > 0 and words[own] == most
            if code[h] & _BOUND and own != lang and own != declared[doc] and not open_to:
                continue
            plain = code[h] & _CODE
            known = False
            g = used - 1
            # One phrase of several languages stands once.
            while g >= out_at[doc] and out[0, g] == token[h] and out[1, g] == length[h]:
                known = known or out[2, g] == plain
                g -= 1
            if known:
                continue
            out[0, used], out[1, used], out[2, used] = token[h], length[h], plain
            used += 1
        out_at[doc + 1] = used
    return langs, out_at, out[0, :used].copy(), out[1, :used].copy(), out[2, :used].copy()
