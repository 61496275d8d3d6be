"""From a matched revision to a message that arrived."""

from tocsin.deliver.build import Sink, build_sinks
from tocsin.deliver.dispatch import Counts, Dispatcher
from tocsin.deliver.receiver import Receiver
from tocsin.deliver.stages import STAGES, Held, Stage, through

__all__ = ["STAGES", "Counts", "Dispatcher", "Held", "Receiver", "Sink", "Stage",
           "build_sinks", "through"]  # fmt: skip
