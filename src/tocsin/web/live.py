"""Glue between a running engine and the page: health, metrics, the board."""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from tocsin import __version__
from tocsin.clock import Clock, rfc3339
from tocsin.engine.intake import Intake
from tocsin.engine.live import Engine
from tocsin.web.board import Board
from tocsin.web.health import Health, SourceHealth


def _source(intake: Intake, now_ms: int) -> SourceHealth:
    last_ms, deaf_ms = intake.last_frame_ms, intake.deaf_since_ms
    tally = intake.tally
    return SourceHealth(
        name=intake.name,
        kind="posts" if intake.kind == "posts" else "bulletins",
        state=intake.state,  # type: ignore[arg-type]
        lag_s=None if intake.lag_ms is None else intake.lag_ms / 1000,
        rate_per_min=round(intake.rhythm.rate_per_min(now_ms)),
        last_message=None if last_ms is None else rfc3339(last_ms),
        received=tally.received,
        admitted=tally.admitted,
        refused={reason.value: count for reason, count in sorted(tally.refused.items())},
        reconnects=intake.reconnects,
        gaps=intake.gaps,
        deaf_since=None if deaf_ms is None else rfc3339(deaf_ms),
        detail=intake.detail,
    )


def health_of(engine: Engine, clock: Clock, drill: bool = False) -> Health:
    """How the engine is doing now; blind while no source of posts speaks."""
    now_ms = clock.now_ms()
    posts = [i for i in engine.intakes if i.kind == "posts"]
    deaf = [i for i in posts if i.deaf_since_ms is not None]
    # Every watch relies on all sources of posts, so it is blind when the last one falls silent.
    blind = bool(posts) and len(deaf) == len(posts)
    blind_ms = max((i.deaf_since_ms or 0 for i in deaf), default=0)
    advice = "" if engine.ready.is_set() else "Starting; look again in a few seconds."
    if engine.failed is not None:
        advice = str(engine.failed)
    elif blind:
        advice = "No source of posts speaks; see sources, then run: tocsin doctor sources."
    elif deaf:
        advice = "A source of posts is silent; see sources, then run: tocsin doctor sources."
    elif engine.shedding:
        advice = (
            f"More comes than this machine can work on; left out: {', '.join(engine.shedding)}. "
            "Counts are lower bounds. Take sources out, or give it more processor."
        )
    elif engine.store.inspection.state == "unfinished":
        advice = (
            "The store is too large to be checked while it is used. "
            "Run: tocsin backup. The copy is checked whole."
        )
    return Health(
        version=__version__,
        contract=engine.contract,
        now=rfc3339(engine.stream_ms or now_ms),
        uptime_s=max(now_ms - engine.started_ms, 0) // 1000,
        ready=engine.ready.is_set(),
        sources=tuple(_source(i, now_ms) for i in engine.intakes),
        counts={"steps": engine.steps},
        blind_since=rfc3339(blind_ms) if blind else None,
        advice=advice,
        drill=drill,
        shedding=engine.shedding,
    )


class _Figures(Collector):
    """Prometheus figures about sources and steps; no hazard or place label (contract P13)."""

    def __init__(self, engine: Engine, board: Board, clock: Clock) -> None:
        self._engine, self._board, self._clock = engine, board, clock

    def collect(self) -> list[Metric]:
        """All metric families, read at this moment."""
        received = CounterMetricFamily(
            "tocsin_frames_received", "Frames a source brought.", labels=["source"]
        )
        admitted = CounterMetricFamily(
            "tocsin_frames_admitted", "Frames that passed the gate.", labels=["source"]
        )
        refused = CounterMetricFamily(
            "tocsin_frames_refused", "Frames refused, by reason.", labels=["source", "reason"]
        )
        lag = GaugeMetricFamily(
            "tocsin_source_silent_seconds", "Since the last frame.", labels=["source"]
        )
        deaf = GaugeMetricFamily(
            "tocsin_source_deaf", "1 while silent beyond its habit.", labels=["source"]
        )
        reconnects = CounterMetricFamily(
            "tocsin_source_reconnects", "Connections that were lost.", labels=["source"]
        )
        gaps = CounterMetricFamily(
            "tocsin_source_gaps", "Gaps after which its reports were purged.", labels=["source"]
        )
        now_ms = self._clock.now_ms()
        for intake in self._engine.intakes:
            received.add_metric([intake.name], intake.tally.received)
            admitted.add_metric([intake.name], intake.tally.admitted)
            for reason, count in intake.tally.refused.items():
                refused.add_metric([intake.name, reason.value], count)
            deaf.add_metric([intake.name], float(intake.deaf_since_ms is not None))
            reconnects.add_metric([intake.name], intake.reconnects)
            gaps.add_metric([intake.name], intake.gaps)
            if intake.last_frame_ms is not None:
                lag.add_metric([intake.name], (now_ms - intake.last_frame_ms) / 1000)
        held = CounterMetricFamily(
            "tocsin_alerts_held", "Alerts that were not sent at once, by reason.", labels=["reason"]
        )
        for why, stops in sorted(self._engine.desk.held.items()):
            held.add_metric([why], stops)
        tries = self._engine.store.corrections.tries()
        owed = GaugeMetricFamily("tocsin_corrections_owed", "Not yet accepted.", value=tries.owed)
        waits = GaugeMetricFamily(
            "tocsin_correction_untried_seconds",
            "Since when the oldest correction waits for its first try; 0 when none does.",
            value=max(now_ms - tries.untried_ms, 0) / 1000 if tries.untried_ms else 0,
        )
        first = SummaryMetricFamily(
            "tocsin_correction_first_try_seconds",
            "From the decision to the first try, of the newest corrections.",
            count_value=len(tries.first_try_ms),
            sum_value=sum(tries.first_try_ms) / 1000,
        )
        outbox = GaugeMetricFamily("tocsin_outbox", "Messages by state.", labels=["state"])
        for state, count in self._engine.store.outbox_counts().items():
            outbox.add_metric([state], count)
        steps = CounterMetricFamily("tocsin_steps", "Steps of the line.", value=self._engine.steps)
        speech = [received, admitted, refused, lag, deaf, reconnects, gaps]
        return [*speech, held, owed, waits, first, outbox, self._checked(), self._words(), steps]

    def _checked(self) -> Metric:
        whole = self._engine.store.inspection.state == "sound"
        told = "1 once the whole file was found sound since the start."
        return GaugeMetricFamily("tocsin_store_checked", told, value=float(whole))

    def _words(self) -> Metric:
        told = "Official words let go because there were too many, by reason."
        words = CounterMetricFamily("tocsin_official_words_dropped", told, labels=["reason"])
        for why, n in sorted(self._engine.dropped.items()):
            words.add_metric([why], n)
        return words


def metrics_of(engine: Engine, board: Board, clock: Clock) -> bytes:
    """The figures as Prometheus text."""
    registry = CollectorRegistry()
    registry.register(_Figures(engine, board, clock))
    return generate_latest(registry)
