"""What attackers reached, as tables of Markdown."""

from collections.abc import Sequence

from tocsin.eval.negatives import Flood
from tocsin.eval.sieges import SIEGES
from tocsin.eval.suppression import Suppression


def flood_table(found: Sequence[Flood]) -> list[str]:
    """Lines of the table of invented events: style by style, small attackers first."""
    rows = [
        "## Floods",
        "",
        "An attacker invents an event: one hazard, one town, all accounts on one source family.",
        "",
        "| style | accounts | reported | highest level | corroborated | taken back |",
        "|---|---:|---|---|---|---|",
    ]
    for f in sorted(found, key=lambda one: one.style):
        rows.append(
            f"| {f.style} | {f.accounts:,} | {_said(f.reported)} | {f.level or '-'} "
            f"| {_said(f.corroborated)} | {_said(f.withdrawn)} |"
        )
    return rows


def suppression_table(found: Sequence[Suppression]) -> list[str]:
    """Lines of the table of real events under attack."""
    rows = [
        "## Suppression",
        "",
        "An attacker wants real events to go unseen. Told: an event of the right hazard that five",
        "of its own reports stand behind; only events that are told without an attack are counted,",
        "and no bulletin helps.",
        "",
        *(f"- *{siege.style}*: {siege.means}." for siege in SIEGES),
        "",
        "| style | accounts | told | place kept | taken back | later, median s | hidden |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for s in found:
        later = "-" if s.later_s is None else f"{s.later_s:.0f}"
        rows.append(
            f"| {s.style} | {s.accounts:,} | {s.told}/{s.planted} | {s.place_kept}/{s.told} "
            f"| {s.withdrawn} | {later} | {', '.join(s.missed) or '-'} |"
        )
    return rows


def _said(yes: bool) -> str:
    return "yes" if yes else "no"
