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
FOOT = """
## A data file

One file for each type: the keys above, `[labels]` in every language of the page, and one table
for each language with these lists.

| list | what stands in it |
| --- | --- |
| `yes` | invented posts that must be read as this hazard |
| `no` | invented posts that must not count: figurative, sport, film, past, drill, homonym |
| `terms` | phrases of up to eight tokens; a final `*` stands for any ending |
| `pairs` | `a + b`: two phrases within six tokens of each other, in any order; the first is the rarer |
| `figurative` | phrases that make a term they overlap figurative |

Terms are folded (case, accents, width, Arabic marks), so write them naturally. An Arabic article
or clitic before the first word need not be written. In scripts without word gaps each character
is a token.
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


def page() -> str:
    """The whole page as Markdown."""
    return HEAD + "".join(row(hazard) for hazard in load_hazards()) + FOOT


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
