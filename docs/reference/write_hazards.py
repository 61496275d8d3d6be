"""Writes hazards.md, the table of hazard types, from the vocabulary's data files."""

from pathlib import Path

from tocsin.vocabulary.hazards import Hazard, load_hazards

PAGE = Path(__file__).with_name("hazards.md")
HEAD = """# Hazards

Every hazard type Tocsin knows, made from `src/tocsin/vocabulary/data/hazards/` by
`docs/reference/write_hazards.py`. There is no type for protest, strike, riot, unrest, looting
or police activity, and none can be added: a test refuses terms of assembly.

Severity is the prior a report starts from (CAP 1.2). Two reports within the radius and the
duration are one event. Of several types named in one post the one with the highest rank wins.
Marks: *sudden* (begins at a moment), *personal* (coarser places), *life safety* (reported in a
sensitive setting too, with evidence of harm), *disruption* (never reported in one).

| key | label | CAP category | severity | radius km | duration h | rank | marks | related |
| --- | --- | --- | --- | ---: | ---: | ---: | --- | --- |
"""
CODES = """
## In other people's lists

Where a type has a certain counterpart: the hazard code of GLIDE numbers, the event type of GDACS,
and the cluster of the UNDRR/ISC hazard profiles. A type that is not here has none.

| key | GLIDE | GDACS | UNDRR cluster |
| --- | --- | --- | --- |
"""
FOOT = """
## The data files

`hazards/<key>.toml` holds the keys above, `tags`, `[codes]` (`glide`, `gdacs`, `undrr`, `iptc`),
`[labels]` and the English words, `[en]`. Every other language has one file, `words/<lang>.toml`,
with one table for each type; its `label` is the name of the type in that language. A type may not
have words of one language in both places.

| list | what stands in it |
| --- | --- |
| `yes` | invented posts that must be read as this hazard |
| `no` | invented posts that must not count: figurative, sport, film, past, drill, homonym |
| `terms` | phrases of up to sixteen tokens; a final `*` stands for any ending |
| `pairs` | `a + b`: two phrases within six tokens of each other, in any order; the first is the rarer |
| `figurative` | phrases that make a term they overlap figurative |
| `tags` | single words, of any language, that name the type within a joined hashtag (`#placeflood`) |

Terms are folded (case, accents, width, Arabic marks), so write them naturally. An Arabic article
or clitic before the first word need not be written. In scripts without word gaps each character
is a token. A `*` needs three letters before it.

A phrase fires in texts of every language. One that means something else in another language ends
in `@`, after the `*` if it has one (`brand*@`): it then counts only in texts whose function words,
or declared language, are those of its own. The `@` works in terms, halves of pairs, figurative
phrases, senses and facts; words of assembly never take one, for they are masked in whatever
language they stand.

`facts/<lang>.toml` has the `cues` of every impact fact, the `[number_words]`, and under `[age]` the
words that stand `after` and `before` a person's age: such a figure counts nobody.

`tocsin vocabulary check` reads every file, tries every example and says what is wrong.
"""  # noqa: E501


def row(hazard: Hazard) -> str:
    """One line of the table."""
    marks = [
        word
        for word, holds in (
            ("sudden", hazard.sudden),
            ("personal", hazard.personal),
            ("life safety", hazard.life_safety),
            ("disruption", hazard.disruption),
        )
        if holds
    ]
    cells = (
        f"`{hazard.key}`", hazard.labels["en"], hazard.category, hazard.severity,
        f"{hazard.radius_km:g}", f"{hazard.duration_h:g}", str(hazard.rank), ", ".join(marks),
        ", ".join(f"`{key}`" for key in hazard.related),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def code_row(hazard: Hazard) -> str:
    """One line of the table of codes; empty where the hazard has none."""
    codes = (hazard.codes.glide, hazard.codes.gdacs, hazard.codes.undrr)
    if not any(codes):
        return ""
    return f"| {' | '.join((f'`{hazard.key}`', *(code or '' for code in codes)))} |\n"


def page() -> str:
    """The whole page as Markdown."""
    hazards = load_hazards()
    return HEAD + "".join(map(row, hazards)) + CODES + "".join(map(code_row, hazards)) + FOOT


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
