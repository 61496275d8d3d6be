"""From a matched revision to a message that arrived."""

from tocsin.deliver.build import Sink, build_sinks
from tocsin.deliver.crew import Crew
from tocsin.deliver.desk import Desk
from tocsin.deliver.dispatch import Counts, Dispatcher
from tocsin.deliver.links import Claim, Links
from tocsin.deliver.policy import Policy, policies
from tocsin.deliver.receiver import Receiver
from tocsin.deliver.stages import STAGES, Held, Moment, Stage, Stop, through
from tocsin.deliver.trial import trial
from tocsin.deliver.watchdog import Watchdog

__all__ = [
           "STAGES",
           "Claim",
           "Counts",
           "Crew",
           "Desk",
           "Dispatcher",
           "Held",
           "Links",
           "Moment",
           "Policy",
           "Receiver",
           "Sink",
           "Stage",
           "Stop",
           "Watchdog",
           "build_sinks",
           "policies",
           "through",
           "trial",
]  # fmt: skip
