"""What readers said of a watch's alerts, and which bound would have pleased them better."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tocsin.model import LEVELS, Event, Watch
from tocsin.watch.backtest import CONFIDENCES, PRESETS
from tocsin.watch.match import SEVERITIES, match

JUDGED = 5
"""From so many judgements on something is suggested."""
_GOOD = ("right", "late")
_BAD = ("wrong", "useless")


class Suggestion(msgspec.Struct, frozen=True):
    """One bound to change, and what it would have done to the alerts that were judged."""

    setting: str
    value: str | float
    bad_dropped: int
    bad: int
    good_kept: int
    good: int


class Advice(msgspec.Struct, frozen=True):
    """The watch's own figures, and at most three suggestions; nothing changes by itself."""

    verdicts: dict[str, int]
    precision: float | None
    """Share of right and late among all that was judged; None before there are five."""
    suggestions: tuple[Suggestion, ...]


def advice(
    watch: Watch, verdicts: Mapping[str, str], history: Mapping[str, Sequence[Event]]
) -> Advice:
    """From verdicts by event and the revisions of those events that are still kept."""
    counts = dict(sorted(Counter(verdicts.values()).items()))
    judged = {key: of for key, of in verdicts.items() if history.get(key)}
    precision = None
    if len(verdicts) >= JUDGED:
        good = sum(counts.get(verdict, 0) for verdict in _GOOD)
        precision = round(good / len(verdicts), 3)
    if len(judged) < JUDGED:
        return Advice(counts, precision, ())
    found = [_weighed(setting, value, changed, judged, history)
             for setting, value, changed in _candidates(watch)]  # fmt: skip
    worth = [each for each in found if _worth(each)]
    best = sorted(worth, key=lambda s: (-s.good_kept, -s.bad_dropped))
    faster = [] if counts.get("late", 0) * 2 < len(judged) else _faster(watch, judged)
    return Advice(counts, precision, tuple([*faster, *best][:3]))


def _candidates(watch: Watch) -> list[tuple[str, str | float, Watch]]:
    """Stricter watches, each in one bound."""

    def with_(setting: str, value: Any) -> tuple[str, str | float, Watch]:
        return setting, value, msgspec.structs.replace(watch, **{setting: value})

    found = [with_("min_level", level) for level in LEVELS[LEVELS.index(watch.min_level) + 1 :]]
    found += [with_("min_confidence", c) for c in CONFIDENCES if c > watch.min_confidence]
    at = PRESETS.index(watch.evidence)
    found += [with_("evidence", preset) for preset in PRESETS[at + 1 :]]
    at = SEVERITIES.index(watch.min_severity)
    found += [with_("min_severity", each) for each in SEVERITIES[at + 1 :]]
    if watch.hazards != "any":
        for hazard in watch.hazards:
            left = tuple(each for each in watch.hazards if each != hazard)
            if left:
                changed = msgspec.structs.replace(watch, hazards=left)
                found.append(("not_hazards", hazard, changed))
    return found


def _weighed(
    setting: str,
    value: str | float,
    changed: Watch,
    judged: Mapping[str, str],
    history: Mapping[str, Sequence[Event]],
) -> Suggestion:
    told = {key for key in judged if any(_rings(changed, event) for event in history[key])}
    bad = [key for key, verdict in judged.items() if verdict in _BAD]
    good = [key for key, verdict in judged.items() if verdict in _GOOD]
    return Suggestion(
        setting, value, sum(key not in told for key in bad), len(bad),
        sum(key in told for key in good), len(good),
    )  # fmt: skip


def _rings(watch: Watch, event: Event) -> bool:
    return event.phase in ("reported", "updated") and match(watch, event)[0]


def _worth(each: Suggestion) -> bool:
    """Most of the bad ones gone, and hardly a good one."""
    spared = each.bad > 0 and each.bad_dropped * 2 >= each.bad
    return spared and each.good_kept * 10 >= each.good * 9


def _faster(watch: Watch, judged: Mapping[str, str]) -> list[Suggestion]:
    """The next faster preset when half of what was told came late."""
    at = PRESETS.index(watch.evidence)
    good = sum(verdict in _GOOD for verdict in judged.values())
    bad = len(judged) - good
    return [Suggestion("evidence", each, 0, bad, good, good) for each in PRESETS[at - 1 : at]]


def in_words(each: Suggestion) -> str:
    """A suggestion in a sentence."""
    if each.setting == "evidence" and not each.bad_dropped:
        return f"Half of it came late: evidence {each.value} tells sooner."
    value = f"{each.value:g}" if isinstance(each.value, float) else each.value
    return (
        f"{each.setting} {value} would have spared {each.bad_dropped} of {each.bad} "
        f"bad alerts and kept {each.good_kept} of {each.good} good ones."
    )
