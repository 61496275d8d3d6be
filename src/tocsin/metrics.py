"""What passed, and why the rest did not."""

from collections import Counter
from enum import StrEnum


class Reason(StrEnum):
    """Why a frame or post went no further; the value is also the metric label."""

    BAD_FRAME = "bad_frame"
    TOO_LARGE = "too_large"
    BAD_TIME = "bad_time"
    NO_TEXT = "no_text"
    OTHER_KIND = "other_kind"
    OPTED_OUT = "opted_out"
    NOT_PUBLIC = "not_public"
    NOT_PERMITTED = "not_permitted"
    REMOVAL = "removal"
    DUPLICATE = "duplicate"
    NO_HAZARD = "no_hazard"
    ASSEMBLY = "assembly"
    FIGURATIVE = "figurative"
    FICTION = "fiction"
    PAST = "past"
    DRILL = "drill"
    NEGATED = "negated"
    HYPOTHETICAL = "hypothetical"
    BAD_BULLETIN = "bad_bulletin"
    PERSON_BULLETIN = "person_bulletin"
    AREA_UNKNOWN = "area_unknown"
    SHED = "shed"


class Tally:
    """The balance of the gate: received = admitted + the sum of refusals, always."""

    def __init__(self) -> None:
        self.received = 0
        self.admitted = 0
        self.refused: Counter[Reason] = Counter()

    def refuse(self, reason: Reason, count: int = 1) -> None:
        """Count refusals of one reason."""
        if count:
            self.refused[reason] += count

    def add(self, other: "Tally") -> None:
        """Take another tally into this one."""
        self.received += other.received
        self.admitted += other.admitted
        self.refused.update(other.refused)

    @property
    def balanced(self) -> bool:
        """Whether nothing was dropped without a reason."""
        return self.received == self.admitted + sum(self.refused.values())

    def as_dict(self) -> dict[str, int]:
        """Counters by name, reasons in their declared order."""
        counts = {"received": self.received, "admitted": self.admitted}
        counts.update({r.value: self.refused[r] for r in Reason if self.refused[r]})
        return counts
