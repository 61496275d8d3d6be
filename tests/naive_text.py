"""The tokeniser as one would write it without caring for speed."""

from fractions import Fraction
from typing import NamedTuple

from tocsin.vocabulary import alphabet as abc
from tocsin.vocabulary.tokens import TAG_SALT, word_hash

WORD, NUMBER, CHAR, EMOJI = 1, 2, 3, 4
LINK, QUESTION, EXCLAMATION, REPOST = 1, 2, 4, 8
LETTERS_MAX = 64
DIGITS_MAX = 15
STEM_MIN = 3
STEMS_KEPT = 4
NO_STEMS = (0,) * STEMS_KEPT
CAPITALS = [(0x41, 0x5A), (0xC0, 0xDE), (0x391, 0x3A9), (0x400, 0x42F)]


class Sign(NamedTuple):
    """One code point of a text, or one malformed byte."""

    code: int
    sort: int
    letter: int
    start: int
    end: int


class Token(NamedTuple):
    """One row of the token columns."""

    hash: int
    start: int
    end: int
    kind: int
    shape: int
    value: float | None
    bare: int
    stem: tuple[int, ...]


def signs_of(data):
    """Code points with class and folded letter; a byte that is no UTF-8 reads as a space."""
    kind, fold = abc.alphabet()
    signs, i = [], 0
    while i < len(data):
        code, size = 32, 1
        for length in (1, 2, 3, 4):
            try:
                char = data[i : i + length].decode()
            except UnicodeDecodeError:
                continue
            if len(char) == 1:
                code, size = ord(char), length
                break
        inside = code < abc.SIZE
        sort = int(kind[code]) if inside else abc.CHAR
        signs.append(Sign(code, sort, int(fold[code]) if inside else code, i, i + size))
        i += size
    return signs


def calm(letters):
    """Runs of three or more equal letters become one letter."""
    out = []
    for i, letter in enumerate(letters):
        run = 1
        while i + run < len(letters) and letters[i + run] == letter:
            run += 1
        back = i
        while back > 0 and letters[back - 1] == letter:
            back -= 1
        length = run + i - back
        if length < 3 or i == back:
            out.append(letter)
    return out


def clitic(letters):
    """Length of the Arabic clitic and article a word begins with; 0 when it has none."""
    word = "".join(map(chr, letters))
    lead = 1 if len(word) > 4 and word[0] in "وف" else 0
    rest = word[lead:]
    if len(rest) > 4:
        for prefix in ("بال", "كال", "لل", "ال"):
            if rest.startswith(prefix):
                return lead + len(prefix)
    if len(rest) > 3 and rest[0] in "بل":
        return lead + 1
    return lead


def number_value(digits, marks):
    """Value of digits with marks (each: how many digits stand before it), exactly."""
    whole = int("".join(map(str, digits)))
    if not marks or len(digits) - marks[-1] == 3:
        return float(whole)
    return float(Fraction(whole, 10 ** (len(digits) - marks[-1])))


def is_capital(sign):
    return sign.letter != sign.code and any(low <= sign.code <= high for low, high in CAPITALS)


def known_stems(letters, stems):
    """Prefixes of three letters or more that are stems, longest last."""
    found = []
    for length in range(STEM_MIN, len(letters) + 1):
        prefix = word_hash(letters[:length])
        if prefix in stems:
            found.append(prefix)
    return found


def longest(stems):
    """The last stems found, latest first, filled up with nothing."""
    return tuple(([0] * STEMS_KEPT + stems)[: -STEMS_KEPT - 1 : -1])


def skip_to_space(signs, i):
    while i < len(signs) and (signs[i].end - signs[i].start > 1 or signs[i].code > 32):
        i += 1
    return i


def tag_cut(letters, tags):
    """(letters before the cut, which half is known) of a joined hashtag; (0, 0) without one."""
    size = len(letters)
    for begin in range(2, size - 3):
        if word_hash(letters[begin:]) in tags:
            return begin, 1
    for end in range(size - 2, 3, -1):
        if word_hash(letters[:end]) in tags:
            return end, 0
    return 0, 0


class Cutter:
    """Walks over one text, token by token."""

    def __init__(self, data, stems=frozenset(), tags=frozenset()):
        self.data, self.stems, self.tags = data, stems, tags
        self.signs = signs_of(data)
        self.tokens, self.marks = [], 0
        self.tag = False
        i = 0
        while i < len(self.signs):
            i = self.step(i)

    def step(self, i):
        sign = self.signs[i]
        if sign.sort == abc.HASH:
            self.tag = True
        elif sign.sort == abc.AT:
            self.tag = False
            return skip_to_space(self.raw(i + 1), 0) + i + 1
        elif sign.sort == abc.SEP:
            self.tag = False
            self.marks |= QUESTION if chr(sign.code) in "?？؟" else 0
            self.marks |= EXCLAMATION if chr(sign.code) in "!！" else 0
        elif sign.sort in (abc.CHAR, abc.EMOJI):
            kind = CHAR if sign.sort == abc.CHAR else EMOJI
            shape = 4 if self.tag else 0
            mine = word_hash([sign.letter])
            self.tokens.append(Token(mine, sign.start, sign.end, kind, shape, None, 0, NO_STEMS))
        elif sign.sort == abc.DIGIT:
            return self.number(i)
        elif sign.sort == abc.LETTER:
            return self.word(i)
        return i + 1

    def raw(self, i):
        """The rest of the text, malformed bytes told apart from true spaces."""
        rest = []
        for sign in self.signs[i:]:
            byte = self.data[sign.start]
            rest.append(sign._replace(code=byte) if sign.end - sign.start == 1 else sign)
        return rest

    def number(self, i):
        digits, marks, begin = [], [], i
        while i < len(self.signs):
            sign = self.signs[i]
            if sign.sort == abc.DIGIT:
                if len(digits) < DIGITS_MAX:
                    digits.append(sign.letter - ord("0"))
            elif chr(sign.code) in ",.\u066b\u066c" and len(digits) < DIGITS_MAX:
                after = self.signs[i + 1 : i + 2]
                if not after or after[0].sort != abc.DIGIT:
                    break
                marks.append(len(digits))
            elif sign.sort != abc.DROP:
                break
            i += 1
        span = self.signs[begin].start, self.signs[i - 1].end
        letters = [digit + ord("0") for digit in digits]
        value = number_value(digits, marks)
        self.tokens.append(Token(word_hash(letters), *span, NUMBER, 0, value, 0, NO_STEMS))
        return i

    def word(self, i):
        begin, letters, capitals, goes_on = i, [], [], False
        while i < len(self.signs) and self.signs[i].sort in (abc.LETTER, abc.DROP):
            if self.signs[i].sort == abc.LETTER:
                capital = is_capital(self.signs[i])
                if self.tag and capital and capitals and not capitals[-1]:
                    goes_on = True
                    break
                capitals.append(capital)
                letters.append(self.signs[i].letter)
            i += 1
        start, end = self.signs[begin].start, self.signs[i - 1].end
        written, behind = self.data[start:end].lower(), self.data[end:]
        if (written == b"www" and behind[:1] == b".") or (
            written in (b"http", b"https") and behind[:3] == b"://"
        ):
            self.marks |= LINK
            self.tag = False
            return skip_to_space(self.raw(i), 0) + i
        before = len(self.tokens)
        letters = calm(letters[:LETTERS_MAX])
        self.keep_word(start, end, letters, capitals)
        if self.tag and len(self.tokens) > before:
            self.part_tag(letters, goes_on)
        return i

    def part_tag(self, letters, goes_on):
        """Part a joined hashtag at a word it is made with, and mark such words."""
        token = self.tokens[-1]
        last = self.tokens[-2] if len(self.tokens) > 1 else None
        joined = last is not None and last.shape & 4 and last.end == token.start
        if goes_on or joined:
            if token.hash in self.tags:
                self.tokens[-1] = token._replace(bare=token.hash ^ TAG_SALT)
            return
        at, side = tag_cut(letters, self.tags)
        if token.hash in self.tags or token.stem[0] or not at:
            return
        self.tokens.pop()
        for number, half in enumerate((letters[:at], letters[at:])):
            stems = longest(known_stems(half, self.stems))
            hashed = word_hash(half)
            self.tokens.append(
                token._replace(
                    hash=hashed,
                    shape=4 if number else token.shape,
                    bare=hashed ^ TAG_SALT if number == side else 0,
                    stem=stems,
                )
            )

    def keep_word(self, start, end, letters, capitals):
        if not self.tokens and letters == [ord("r"), ord("t")]:
            self.marks |= REPOST
            return
        bare, stems = 0, known_stems(letters, self.stems)
        lead = clitic(letters) if 0x620 <= letters[0] <= 0x6D3 else 0
        if lead:
            bare = word_hash(letters[lead:])
            stems += known_stems(letters[lead:], self.stems)
        shape = int(capitals[0]) | (2 if all(capitals) and len(capitals) > 1 else 0)
        shape |= 4 if self.tag else 0
        self.tokens.append(
            Token(word_hash(letters), start, end, WORD, shape, None, bare, longest(stems))
        )


def tokens_of(data, stems=frozenset(), tags=frozenset()):
    """(tokens, marks) of one text in UTF-8, or nearly."""
    cutter = Cutter(data, stems, tags)
    return cutter.tokens, cutter.marks
