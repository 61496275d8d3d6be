"""Finding phrases as one would write it without caring for speed."""

from tocsin.vocabulary.tokens import TAG_SALT, phrase_tokens


def compiled_phrases(phrases):
    """{(token hashes, is a stem): codes}, as a lexicon means them."""
    found = {}
    for phrase, code in phrases:
        tokens, stem = phrase_tokens(phrase)
        if phrase.startswith("##"):
            tokens = [tokens[0] ^ TAG_SALT]
        found.setdefault((tuple(tokens), stem), set()).add(code)
    return found


def fits(row, wanted, is_first, is_stem):
    if is_stem:
        return wanted in row.stem
    return wanted == row.hash or (is_first and wanted == row.bare)


def hits_of(phrases, tokens):
    """Sorted (first token, tokens, code) of every phrase in one text."""
    found = []
    for (wanted, stem), codes in compiled_phrases(phrases).items():
        size = len(wanted)
        for p in range(len(tokens) - size + 1):
            rows = tokens[p : p + size]
            if all(
                fits(row, want, k == 0, stem and k == size - 1)
                for k, (row, want) in enumerate(zip(rows, wanted, strict=True))
            ):
                found += [(p, size, code) for code in codes]
    return sorted(found)
