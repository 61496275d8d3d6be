"""Texts that try to break a tokeniser: mixed scripts, odd marks, bytes that are no text."""

from hypothesis import strategies as st

PIECES = [
    "fire", "Fire", "FIRE", "flooding", "floods", "flood", "fiiiire", "sooooo", "earthquake",
    "rt", "RT", "Rt", "@someone", "@", "#", "##", "#FireInTheHills", "#ÉlanVital", "#fire2031Now",
    "#山火事", "http://x.example/?a=1", "https://", "HTTPS://x", "http", "htap://x", "www.", "WWF.",
    "wwww", "wwX.", "7.5", "1,234", "1.234.567,8", "12,34,567", "0", "007", "9" * 20, "1.", ".5",
    "3,", "٣٫٥", "１２３", "²", "½", "?", "？", "؟", "!", "！", "地震", "大地震だ", "とても怖い",
    "แผ่นดินไหว", "지진이", "زلزال", "والزلزال", "بالزلزال", "للنار", "الفيضانات", "وبالفيضان",
    "ز\u064eلزال", "зем\u0301ля", "ЗЕМЛЯ", "Ελλάδα", "ΣΕΙΣΜΟΣ", "straße", "İstanbul", "ılık",
    "e\u0301", "a\u0300\u0301", "\u200d", "\u200b", "\ufe0f", "\u202e", "\u0640", "🔥", "👩‍🚒",
    "👍🏽", "🇵🇪", "#️⃣", "\u0000", "\n", "\t", "\u00a0", "\u3000", "don't", "co-op", "a_b",
    "a", "x" * 70, "ab" * 40, "𝓯𝓲𝓻𝓮", "\U0002a6d6", "\U000e0041", "｟", "ﬁre", "ﷺ", "ｱｲｳ",
]  # fmt: skip

glued = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
spaced = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
anything = st.text(max_size=40)
texts = st.one_of(spaced, glued, anything)
"""Well-formed texts, as the gate gets them."""

endless = st.sampled_from(["fire ", "地", "a", "#Aa", "7,", "🔥", "و", "http://", "@a ", "é"]).map(
    lambda piece: (piece * 4_096)[:4_096]
)
"""Texts at the bound of what is read."""

_broken = st.lists(
    st.one_of(
        st.sampled_from([piece.encode() for piece in PIECES]),
        st.binary(max_size=6),
        st.sampled_from(
            [
                b"\xc0\xaf", b"\xe0\x81\x81", b"\xed\xa0\x80", b"\xf0\x80\x80\x80",
                b"\xf0\x80\x81\x81", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80", b"\xff", b"\xe2\x82",
                b"\xe5\x9c", b"\xf0\x9f\x94", b"\x80", b" ",
            ]
        ),
    ),
    max_size=10,
)  # fmt: skip
malformed = _broken.map(b"".join)
"""Bytes that may or may not be UTF-8."""
