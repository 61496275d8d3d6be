"""Whether towns named lie within the reach of one hazard, or too far apart for one event."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.detect.state import EVENT_PLACES

UNKNOWN, NEAR, FAR = range(3)
NARROW = 60.0 / 6_371.0
"""Reach, in radii of the globe, up to which no words outweigh distance: fires, crashes, blasts."""
VETO_VOTES, TOWN_VOTES, TOWN_SHARE = 5.0, 3.0, 0.5
"""Votes for a town before it turns single reports away, before it sets two events apart, and its
least share of the event's voices."""


@part(lends=True)
def is_fine(places, place, reach):
    """Whether a place is a town or facility narrower than the reach of the hazard.

    A city that holds both ends of a fire's reach says nothing about which end it is.
    """
    if place < 0 or places.admin1[place] < 0 or places.admin1[place] == place:
        return False
    return places.radius[place] < reach


@part(lends=True)
def is_near(places, one, two, reach):
    """Whether two places lie within a reach, measured straight through the globe."""
    total = np.float32(0.0)
    for axis in range(3):
        step = places.point[one, axis] - places.point[two, axis]
        total += step * step
    return total <= reach * reach


@kernel(lends=True)
def own_town(events, e, places, reach, votes):
    """The town that so many, and half, of an event's voices name, -1 while none is so named.

    Votes that are shared between scattered names contradict nothing.
    """
    best = -1
    for p in range(EVENT_PLACES):
        if is_fine(places, events.places[e, p], reach):
            if best < 0 or events.place_votes[e, p] > events.place_votes[e, best]:
                best = p
    least = max(votes, TOWN_SHARE * events.voices[e])
    if best < 0 or events.place_votes[e, best] < least:
        return -1
    return events.places[e, best]


@kernel(lends=True)
def report_apart(reports, slot, events, e, places, reach):
    """NEAR when a town a report names is within reach of an event's own, FAR when none is.

    Who names the event's own region as well speaks of it beside something else: UNKNOWN.
    """
    found = UNKNOWN
    own = own_town(events, e, places, reach, VETO_VOTES)
    if own < 0:
        return found
    for p in range(4):
        place = reports.place[slot, p]
        if is_fine(places, place, reach):
            if is_near(places, own, place, reach):
                return NEAR
            found = FAR
    for p in range(4):
        place = reports.place[slot, p]
        if place >= 0 and place == places.admin1[own]:
            return UNKNOWN
    return found


@kernel(lends=True)
def events_apart(events, a, b, places, reach):
    """NEAR when the towns of two events are within reach of each other, FAR when they are not."""
    one = own_town(events, a, places, reach, TOWN_VOTES)
    two = own_town(events, b, places, reach, TOWN_VOTES)
    if one < 0 or two < 0:
        return UNKNOWN
    return NEAR if is_near(places, one, two, reach) else FAR
