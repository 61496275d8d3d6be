"""The detector's memory as arrays that can be written and read whole."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import TERM_SLOTS

RING = 1 << 16
"""Reports remembered at most."""
CELLS = 1 << 17
"""Burst cells remembered at most; open addressing, rebuilt when three quarters full."""
RECENT = 32
"""Newest reports a cell can list."""
BINS = 192
"""Ten-minute bins kept: a lag of 24 h, a window of 4 h, and room."""
EVENTS = 512
"""Events live or dormant at once."""
REPORT_TERMS = 16
REPORT_CELLS = 12
REPORT_FACTS = 4
SIDES = 3
"""Tags a report is found by: its post, and its voice under two keys."""
BUCKETS = 1 << 18
SKETCHES = 1 << 17
EVENT_TERMS = 64
EVENT_PLACES = 32
EVENT_COUNTRIES = 12
EVENT_VOICES = 256
EVENT_FACTS = 96
EVENT_SKETCHES = 128
BIN_MS = 600_000

FREE, CANDIDATE, LIVE, DORMANT = range(4)
"""Stages of an event slot: nothing, seen but not reported, reported, resolved but remembered."""

OUTSIDE, COUNTED, KNOWN, ECHO = range(4)
"""What a report is to its event; only a counted one votes."""

A_I64 = NDArray[np.int64]
A_I32 = NDArray[np.int32]
A_U64 = NDArray[np.uint64]
A_F32 = NDArray[np.float32]


class Reports(NamedTuple):
    """Ring of admitted reports; slot = ordinal modulo RING."""

    time_ms: A_I64
    dies_ms: A_I64
    """When the row is wiped (contract P9); 0 = empty."""
    ordinal: A_I64
    hazard: A_I32
    flags: A_I32
    sense: A_I32
    lang: A_I32
    family: A_I32
    voice: A_U64
    window: A_I64
    post: A_U64
    sketch: A_U64
    place: A_I32
    """(RING, 4): first gazetteer places, -1 = none."""
    event: A_I32
    copy: NDArray[np.bool_]
    terms: NDArray[np.uint32]
    n_terms: A_I32
    cells: A_I32
    fact_kind: A_I32
    """(RING, REPORT_FACTS): -1 = none."""
    fact_value: NDArray[np.float64]
    standing: A_I32
    """What the report is to its event: OUTSIDE, COUNTED, KNOWN (its voice is counted by another
    report) or ECHO (its words were there before)."""


class Cells(NamedTuple):
    """Counts per (hazard), (hazard, country), (hazard, place) and (hazard, rare word)."""

    key: A_U64
    sort: A_I32
    """0 hazard, 1 country, 2 place, 3 word."""
    counts: NDArray[np.uint16]
    """(CELLS, BINS): reports outside events per ten minutes."""
    last_bin: A_I64
    recent: A_I32
    """(CELLS, RECENT): ring slots, newest at head - 1."""
    head: A_I64
    used: A_I64
    """(1,): cells taken."""
    since: A_I64
    """Bin from which on an earlier start knew the cell, 0: all of this one is known."""


class Flow(NamedTuple):
    """What passed in total: the clock of exposure, and how common each term is."""

    total: A_F32
    """(BINS,): reports outside events per bin."""
    hazard: A_F32
    """(H, BINS)."""
    last_bin: A_I64
    """(1,)"""
    term_now: A_F32
    """(TERM_SLOTS,): reports holding a term in the current period."""
    term_old: A_F32
    """(TERM_SLOTS,): the same before it, decaying: a burst cannot make its own words common."""
    term_total: A_F32
    """(2,): reports in the current period and before it."""
    sketch: A_U64
    sketch_ms: A_I64
    """(SKETCHES,): words seen lately, to fold copies; direct-mapped, newest wins."""
    left: A_F32
    """(H, BINS): reports that were taken out of the counts again, by the bin of their time."""
    rules: A_F32
    """(2,): whether the bar rises with the tests of a day, whether the baseline lags: 1 or 0."""


class Events(NamedTuple):
    """Events as rows."""

    stage: A_I32
    number: A_I64
    hazard: A_I32
    hazard_votes: A_I32
    first_ms: A_I64
    last_ms: A_I64
    born_ms: A_I64
    terms: NDArray[np.uint32]
    term_count: A_F32
    places: A_I32
    place_votes: A_F32
    countries: A_I32
    country_votes: A_F32
    bins: A_F32
    last_bin: A_I64
    strong: A_F32
    """(EVENTS, BINS): of these, reports that joined by words or place of their own."""
    base: A_F32
    """Reports per bin expected of its hazard without it, frozen at birth."""
    voice: A_U64
    """(EVENTS, 3, EVENT_VOICES): distinct tags per key window."""
    n_voice: A_I32
    window: A_I64
    voices: A_I32
    """Lower bound of the distinct voices."""
    family_bits: A_I64
    reports: A_I32
    witnesses: A_I32
    masked: A_I32
    injured: A_I32
    distinct: A_I32
    sketches: A_U64
    score: A_F32
    langs: A_I32
    fact_kind: A_I32
    fact_value: NDArray[np.float64]
    fact_ms: A_I64
    fact_voice: A_U64
    n_facts: A_I32
    surprise: A_F32
    window_s: A_I32
    sort: A_I32
    """Sort of the cell that burst: 0 the hazard's own, else a narrower one."""


class PlaceTable(NamedTuple):
    """What the detector must know of gazetteer places: which larger ones they lie in, and where."""

    country: A_I32
    admin1: A_I32
    """Index of the unit, -1 when the place is a country or none is known."""
    point: A_F32
    """(P, 3): where on a globe of radius 1."""
    radius: A_F32
    """How wide, in radii of the globe."""


class Links(NamedTuple):
    """Chains of ring rows by tag, newest first; link = slot * SIDES + side, -1 = none."""

    head: A_I32
    """(BUCKETS,): first link of the tags that share their lowest bits."""
    after: A_I32
    before: A_I32


class State(NamedTuple):
    """Everything the detector remembers."""

    reports: Reports
    links: Links
    cells: Cells
    flow: Flow
    events: Events


def new_state(n_hazards: int, n_langs: int) -> State:
    """Empty arrays for a number of hazards and languages."""

    def i64(*shape: int) -> A_I64:
        return np.zeros(shape, np.int64)

    def i32(*shape: int) -> A_I32:
        return np.zeros(shape, np.int32)

    def u64(*shape: int) -> A_U64:
        return np.zeros(shape, np.uint64)

    def f32(*shape: int) -> A_F32:
        return np.zeros(shape, np.float32)

    reports = Reports(
        i64(RING), i64(RING), i64(RING) - 1, i32(RING), i32(RING), i32(RING), i32(RING),
        i32(RING), u64(RING, 2), i64(RING), u64(RING), u64(RING), i32(RING, 4) - 1,
        i32(RING) - 1, np.zeros(RING, np.bool_), np.zeros((RING, REPORT_TERMS), np.uint32),
        i32(RING), i32(RING, REPORT_CELLS) - 1, i32(RING, REPORT_FACTS) - 1,
        np.zeros((RING, REPORT_FACTS)), i32(RING),
    )  # fmt: skip
    links = Links(i32(BUCKETS) - 1, i32(RING * SIDES) - 1, i32(RING * SIDES) - 1)
    cells = Cells(
        u64(CELLS), i32(CELLS), np.zeros((CELLS, BINS), np.uint16), i64(CELLS),
        i32(CELLS, RECENT) - 1, i64(CELLS), i64(1), i64(CELLS),
    )  # fmt: skip
    flow = Flow(
        f32(BINS),
        f32(n_hazards, BINS),
        i64(1),
        f32(TERM_SLOTS),
        f32(TERM_SLOTS),
        f32(2),
        u64(SKETCHES),
        i64(SKETCHES),
        f32(n_hazards, BINS),
        f32(2) + np.float32(1),
    )
    events = Events(
        i32(EVENTS), i64(EVENTS), i32(EVENTS), i32(EVENTS, n_hazards), i64(EVENTS), i64(EVENTS),
        i64(EVENTS), np.zeros((EVENTS, EVENT_TERMS), np.uint32), f32(EVENTS, EVENT_TERMS),
        i32(EVENTS, EVENT_PLACES) - 1, f32(EVENTS, EVENT_PLACES), i32(EVENTS, EVENT_COUNTRIES) - 1,
        f32(EVENTS, EVENT_COUNTRIES), f32(EVENTS, BINS), i64(EVENTS), f32(EVENTS, BINS),
        f32(EVENTS),
        u64(EVENTS, 3, EVENT_VOICES), i32(EVENTS, 3), i64(EVENTS, 3) - 1, i32(EVENTS), i64(EVENTS),
        i32(EVENTS), i32(EVENTS), i32(EVENTS), i32(EVENTS), i32(EVENTS),
        u64(EVENTS, EVENT_SKETCHES), f32(EVENTS), i32(EVENTS, n_langs),
        i32(EVENTS, EVENT_FACTS), np.zeros((EVENTS, EVENT_FACTS)), i64(EVENTS, EVENT_FACTS),
        u64(EVENTS, EVENT_FACTS), i32(EVENTS), f32(EVENTS), i32(EVENTS), i32(EVENTS),
    )  # fmt: skip
    return State(reports, links, cells, flow, events)
