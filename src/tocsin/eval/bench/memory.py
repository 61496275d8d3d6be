"""How much memory this process holds just now."""

import os
import resource
from pathlib import Path

_STATM = Path("/proc/self/statm")


def resident_mb() -> float:
    """Megabytes that are resident now; where the system does not tell, the most there ever were."""
    if _STATM.exists():
        pages = int(_STATM.read_text().split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, 1)
