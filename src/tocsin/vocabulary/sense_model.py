"""The table of weights that tells a hazard that happens from a word that is only used."""

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import ConfigError

PATH = Path(__file__).parent / "data" / "sense_model.npz"
SLOTS = 1 << 16
_SHAPES = {"weight": (np.int8, SLOTS), "check": (np.uint8, SLOTS), "limits": (np.int32, 3)}


class SenseModel(NamedTuple):
    """Weights of hashed features; no word can be read back out of them."""

    weight: NDArray[np.int8]
    """(SLOTS,): 0 where nothing is known; positive speaks for a hazard that happens."""
    check: NDArray[np.uint8]
    """(SLOTS,): upper byte of the feature a slot belongs to."""
    limits: NDArray[np.int32]
    """Bias, in units of a weight; least score that counts; least number of features known."""

    def refuses(self, total: NDArray[np.int32], known: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which texts are surely worded as no report, (n,), from what `weigh` says of them."""
        bias, least, least_known = (int(limit) for limit in self.limits)
        return (total + bias < least) & (known >= least_known)


SILENT = SenseModel(
    np.zeros(SLOTS, np.int8), np.zeros(SLOTS, np.uint8), np.array([0, 0, 1], np.int32)
)
"""Knows nothing and refuses nothing: what a new model is trained beside."""


def load_sense_model(path: Path = PATH) -> SenseModel:
    """The shipped weights. Raises ConfigError when the file is missing or broken."""
    remedy = (
        "Run pip install again, or in a source tree restore the file or make it anew with "
        "tocsin vocabulary train-sense."
    )
    if not path.exists():
        raise ConfigError("sense model", f"{path.name} is missing", remedy)
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _SHAPES}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as broken:
        raise ConfigError(
            "sense model", f"{path.name} cannot be read ({type(broken).__name__})", remedy
        ) from None
    for name, (kind, size) in _SHAPES.items():
        if arrays[name].dtype != kind or arrays[name].shape != (size,):
            raise ConfigError("sense model", f"{path.name} holds a wrong `{name}`", remedy)
    return SenseModel(**arrays)
