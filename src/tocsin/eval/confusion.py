"""Confusion tables: what the gate says of labelled posts beside what they are, as Markdown."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tocsin.errors import InputError
from tocsin.eval.corpus import Corpus, data_folder, load_corpus
from tocsin.gate.reading import Seen, seen_in_all

YES = frozenset(
    ("Relevant", "on-topic", "Related and informative", "Related - but not informative")
)
NO = frozenset(("Not Relevant", "off-topic", "Not related"))
BEGIN, END = "<!-- figures: written by tocsin score --mistakes -->", "<!-- end of figures -->"
NOTHING = "no report"
_TEXTS_AT_ONCE = 4096
_LEAST_ROWS = 25
_COLUMNS_MAX = 4

Ask = Callable[[list[str]], list[Seen]]


class Row(NamedTuple):
    """One labelled post, without its text."""

    dataset: str
    lang: str
    """As guessed by machine, `?` where it was not."""
    kind: str
    """Event type of the data, empty for a post about none."""
    right: frozenset[str]
    """Hazards that would be right for it."""
    report: bool
    """Whether people labelled it as being about the event."""
    said: str
    """Hazard it was read as, or NOTHING."""
    why: str
    """Why it was refused; empty when it counts."""


def ask(corpus: Corpus, view: Ask = seen_in_all) -> list[Row]:
    """What is said of every post that people labelled as a report or as none."""
    rows = [row for row in range(corpus.rows) if corpus.informative[row] in YES | NO]
    found = []
    for low in range(0, len(rows), _TEXTS_AT_ONCE):
        some = rows[low : low + _TEXTS_AT_ONCE]
        for row, seen in zip(some, view([corpus.text[row] for row in some]), strict=True):
            truth = corpus.truths.get(str(corpus.event[row]))
            report = bool(corpus.informative[row] in YES)
            found.append(
                Row(
                    str(corpus.dataset[row]),
                    corpus.guess[row] or "?",
                    truth.event_type if truth and report else "",
                    truth.hazards if truth and report else frozenset(),
                    report,
                    seen.hazard or NOTHING if seen.counts else NOTHING,
                    seen.refused or "",
                )
            )
    return found


def tables(rows: list[Row]) -> str:
    """All tables as Markdown; holds figures and names of hazards, no post."""
    parts = [
        "## Report or not",
        "",
        *_agreement("data set", lambda row: row.dataset, rows),
        "",
        f"By language as guessed by machine, from {_LEAST_ROWS} rows on:",
        "",
        *_agreement("language", lambda row: row.lang, rows),
        "",
        "## Which hazard",
        "",
        "Posts that people labelled as being about an event of a type, and what they are read as.",
        "",
        *_hazards(rows),
        "",
        "## Why reports are missed",
        "",
        *_reasons(rows),
        "",
        "## What is read where nothing is reported",
        "",
        *_false(rows),
    ]
    return "\n".join(parts)


def write_mistakes(data: Path | None, out: Path, view: Ask = seen_in_all) -> int:
    """Write the tables into `out`, between its marks when it has them; how many posts were asked.

    Raises InputError without data, or when the file cannot be written.
    """
    folder = data_folder(data)
    rows = ask(load_corpus(folder), view)
    figures = f"{BEGIN}\n\n{tables(rows)}\n\n{END}"
    try:
        old = out.read_text(encoding="utf-8") if out.exists() else f"# Mistakes\n\n{BEGIN}{END}\n"
        before, _, rest = old.partition(BEGIN)
        after = rest.partition(END)[2]
        out.write_text(before + figures + after, encoding="utf-8")
    except OSError as problem:
        raise InputError(
            f"{out} cannot be written ({problem.strerror or problem}). "
            "Name a file in a folder that exists and may be written to."
        ) from None
    return len(rows)


def _agreement(what: str, of: Callable[[Row], str], rows: list[Row]) -> Iterator[str]:
    counts: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for row in rows:
        counts[of(row)][row.report, row.said != NOTHING] += 1
    columns = "report, said so | report, missed | none, said a report | none, said so"
    yield f"| {what} | {columns} | F1 |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, seen in sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])):
        hit, miss, false = seen[True, True], seen[True, False], seen[False, True]
        if seen.total() >= _LEAST_ROWS:
            both = 2 * hit / max(1, 2 * hit + miss + false)
            yield f"| {name} | {hit} | {miss} | {false} | {seen[False, False]} | {both:.3f} |"


def _hazards(rows: list[Row]) -> Iterator[str]:
    said: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, frozenset[str]] = {}
    for row in rows:
        if row.kind and row.right:
            said[row.kind][row.said] += 1
            right[row.kind] = row.right
    yield "| event type | posts | right | no report | read as another hazard |"
    yield "|---|---:|---:|---:|---|"
    for kind, seen in sorted(said.items()):
        hits = sum(count for key, count in seen.items() if key in right[kind])
        wrong = Counter({k: c for k, c in seen.items() if k not in right[kind] | {NOTHING}})
        top = ", ".join(f"{key} {count}" for key, count in wrong.most_common(_COLUMNS_MAX))
        yield f"| {kind} | {seen.total()} | {hits} | {seen[NOTHING]} | {top or '-'} |"


def _reasons(rows: list[Row]) -> Iterator[str]:
    why: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.report and row.said == NOTHING:
            why[row.dataset][row.why] += 1
    names = sorted({reason for counts in why.values() for reason in counts})
    yield "| data set | " + " | ".join(names) + " |"
    yield "|---|" + "---:|" * len(names)
    for dataset, counts in sorted(why.items()):
        yield f"| {dataset} | " + " | ".join(str(counts[name]) for name in names) + " |"


def _false(rows: list[Row]) -> Iterator[str]:
    false: dict[str, Counter[bool]] = defaultdict(Counter)
    for row in rows:
        if row.said != NOTHING:
            false[row.said][row.report] += 1
    yield "| read as | no report at all | a report | share wrong |"
    yield "|---|---:|---:|---:|"
    order = sorted(false.items(), key=lambda item: (-item[1][False], item[0]))
    for key, seen in order[:20]:
        yield f"| {key} | {seen[False]} | {seen[True]} | {seen[False] / seen.total():.2f} |"
