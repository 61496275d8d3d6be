"""The parts of detection that can be left out one by one, to see what each is good for."""

from typing import NamedTuple

import msgspec
import numpy as np

from tocsin.batch import Batch, Flag
from tocsin.detect.belief import Table, shipped
from tocsin.detect.company import Company
from tocsin.detect.state import PlaceTable, State
from tocsin.detect.traits import Traits
from tocsin.detect.weigh import Scales, Watcher

_WITNESS = Flag.FIRST_PERSON | Flag.SHORT | Flag.LINK


class Parts(NamedTuple):
    """Which parts work; live, all of them always do."""

    second_threshold: bool = True
    """A burst is weighed before it is told; without, every ripe one is."""
    lagged_baseline: bool = True
    """What is usual ends hours ago; without, it reaches until now, the burst included."""
    crowding: bool = True
    """The bar rises with the number of tests made in a day."""
    company: bool = True
    """Bursts of one thing are one event; without, each stands by itself."""
    near_copies: bool = True
    """The same words count once."""
    witness: bool = True
    """Short first-person reports without a link weigh more."""
    prompts: bool = True
    """Where an agency has spoken, what is said of the same thing is gathered."""
    shadow: bool = True
    """The bar is higher for what is said beside an event on everybody's lips."""

    def table(self) -> Table:
        """The weights of belief, with a bar that everything clears where none is wanted."""
        table = shipped()
        if not self.shadow:
            table = msgspec.structs.replace(table, shadow_bar=table.bar)
        if not self.second_threshold:
            table = msgspec.structs.replace(table, bar=0.0, shadow_bar=0.0)
        return table

    def equip(
        self, state: State, places: PlaceTable, traits: Traits, watcher: Watcher | None
    ) -> tuple[Company, Scales]:
        """Who finds the event that another belongs to, and who weighs candidates.

        What concerns the kernels is written into the state, where they read it.
        """
        state.flow.rules[:] = self.crowding, self.lagged_baseline
        company = (Company if self.company else Strangers)(state, places, traits)
        return company, Scales(state, places, traits, watcher, self.table())

    def seen(self, batch: Batch) -> Batch:
        """The batch without what nobody looks at; the batch itself when all is wanted."""
        if not self.near_copies:
            # No sketch, no copy.
            batch = batch._replace(sketch=np.zeros_like(batch.sketch))
        if not self.witness:
            batch = batch._replace(flags=batch.flags & np.uint16(0xFFFF ^ int(_WITNESS)))
        return batch


class Strangers(Company):
    """A company in which nobody knows anybody."""

    def home_of(self, e: int) -> int | None:
        """None: every burst is an event of its own."""
        return None

    def live_home_of(self, e: int) -> int | None:
        """None: nor does it become part of another later."""
        return None

    def elder_of(self, e: int) -> int | None:
        """None: no event is ever part of another."""
        return None


WHOLE = Parts()
"""Every part at work."""
