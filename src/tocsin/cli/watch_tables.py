"""What a watch would have told, as tables."""

from rich.table import Table

from tocsin.cli.screen import result, words
from tocsin.model import Watch
from tocsin.watch.backtest import Backtest, Budget, Outcome
from tocsin.watch.trace import Trace

SHOWN = 20


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / 60:.0f} min"


def show_backtest(tried: Backtest) -> None:
    """A table of presets, one of other bounds, and the alerts one by one."""
    table = Table(title=tried.meaning)
    for name in ("evidence", "alerts", "events", "withdrawn", "busiest day", "delay", "lost",
                 "before bulletin", "official missed"):  # fmt: skip
        table.add_column(name, justify="left" if name == "evidence" else "right")
    for row in tried.presets:
        mark = "*" if row == tried.chosen else ""
        table.add_row(
            row.evidence + mark, f"{row.alerts:,}", f"{row.events:,}", f"{row.withdrawals:,}",
            f"{row.busiest_day:,}", _minutes(row.delay_s), f"{row.lost:,}",
            _minutes(row.lead_time_s), f"{len(row.missed_official):,}",
        )  # fmt: skip
    result.print(table)
    _show_thresholds(tried)
    for firing in tried.chosen.firings[:SHOWN]:
        lead = "" if firing.lead_time_s is None else f"  {_minutes(firing.lead_time_s)} ahead"
        result.print(f"{firing.at}  {firing.level:<6} {firing.headline}{lead}", highlight=False)
    for missed in tried.chosen.missed_official[:SHOWN]:
        result.print(f"missed {missed.at}  {missed.headline}: {missed.failed}", highlight=False)
    span = f" from {tried.first} to {tried.last}" if tried.first else ""
    words.print(f"{tried.revisions:,} revisions tried{span}; * is the watch as it stands.")
    if not tried.whole:
        words.print("There were more; the newest are left out. Ask for a shorter time.")
    if tried.budget:
        _show_budget(tried.budget)


def _show_thresholds(tried: Backtest) -> None:
    table = Table(title="Under other bounds")
    for name in ("min_level", "min_confidence", "alerts", "busiest day", "lost", "official missed"):
        table.add_column(name, justify="left" if name == "min_level" else "right")
    own = (tried.chosen.min_level, tried.chosen.min_confidence)
    for row in tried.thresholds:
        mark = "*" if (row.min_level, row.min_confidence) == own else ""
        table.add_row(
            row.min_level + mark, f"{row.min_confidence:g}", f"{row.alerts:,}",
            f"{row.busiest_day:,}", f"{row.lost:,}", f"{row.missed_official:,}",
        )  # fmt: skip
    result.print(table)


def _show_budget(found: Budget) -> None:
    if found.chosen is None:
        words.print(f"Nothing keeps to {found.per_day} a day: choose fewer hazards or areas.")
        return
    of: Outcome = found.chosen
    words.print(
        f"At most {found.per_day} a day: min_level {of.min_level}, min_confidence "
        f"{of.min_confidence:g}; {found.given_up} events would be given up."
    )
    for each in found.given_up_events[:SHOWN]:
        result.print(f"given up {each.at}  {each.level:<6} {each.headline}", highlight=False)


def show_trace(found: Trace, watch: Watch) -> None:
    """A table of conditions, and the near miss in words."""
    verdict = "alerts" if found.alerts else f"does not alert: {found.failed} fails first"
    table = Table("condition", "holds", "value", "bound", title=f"{watch.meaning}: {verdict}")
    for condition in found.conditions:
        mark = "yes" if condition.holds else "no"
        for ground in condition.grounds or ():
            bound = "" if ground.bound is None else str(ground.bound)
            table.add_row(condition.name, mark, str(ground.value), bound)
        if not condition.grounds:
            table.add_row(condition.name, mark, "not asked", "")
    result.print(table)
    for message in found.messages:
        told = f"{message.at}  {message.kind} to {message.channel}: {message.state}"
        result.print(told.replace("_", " "), highlight=False)
    if found.words:
        result.print(found.words, highlight=False)
    elif not found.alerts:
        result.print("No bound of the watch would have changed that.", highlight=False)
