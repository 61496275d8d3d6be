"""How many frames a second this machine takes while kernels run as plain Python."""

from tocsin import plain
from tocsin.clock import Clock
from tocsin.engine.keys import seeded_keys
from tocsin.engine.warm_gate import invented_frame
from tocsin.gate import Gate
from tocsin.metrics import Tally
from tocsin.pipeline import Pipeline
from tocsin.sources.frames import decode_replay
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

FRAMES = 2_048
_STEP = 256
_NAMED = 32
"""One post of so many names a hazard."""


def plain_rate(clock: Clock) -> float:
    """Frames a second from bytes to decision, by `clock`; takes some seconds."""
    was_plain = plain.is_plain()
    plain.run_plain()
    try:
        frames = [_frame(number) for number in range(FRAMES)]
        keys, vocabulary, gazetteer = seeded_keys(0), load_vocabulary(), Gazetteer.load()
        gate = Gate(vocabulary, gazetteer, keys.voices, keys.term)
        line = Pipeline(gazetteer, ("posts",), keys.identity, vocabulary.contract)
        begun_s = clock.monotonic_s()
        for at in range(0, FRAMES, _STEP):
            passed = gate.enter(frames[at : at + _STEP], decode_replay, 0, Tally())
            line.step(passed.batch, passed.removals, [], passed.now_ms)
        return FRAMES / max(clock.monotonic_s() - begun_s, 1e-9)
    finally:
        if not was_plain:
            plain.run_compiled()


def _frame(number: int) -> bytes:
    if number % _NAMED == 0:
        text = f"Strong earthquake felt in Lima, everything shook near house {number}"
    else:
        text = f"the kettle sings again and number {number} of my violin strings is new"
    return invented_frame(number // 4, text, f"v{number % 700}")
