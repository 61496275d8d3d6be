"""Distances and centres on the globe, for numbers and for arrays alike."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_KM = 6371.0088


def distance_km(
    lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike
) -> NDArray[np.float64]:
    """Great-circle distance in km between points in degrees; shapes broadcast.

    Two plain points give a 0-d array; `float()` it where a number is wanted.
    """
    phi1, phi2 = np.radians(np.asarray(lat1, float)), np.radians(np.asarray(lat2, float))
    step = np.radians(np.asarray(lon2, float) - np.asarray(lon1, float))
    half = np.sin((phi2 - phi1) / 2) ** 2
    half = half + np.cos(phi1) * np.cos(phi2) * np.sin(step / 2) ** 2
    angle = 2 * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return np.asarray(EARTH_KM * angle)


def apart_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in km between two points in degrees: `distance_km` for one pair."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return EARTH_KM * 2 * math.asin(math.sqrt(min(half, 1.0)))


def centre_of(lat: ArrayLike, lon: ArrayLike, weight: ArrayLike) -> tuple[float, float]:
    """Weighted mean of points (degrees), right across the date line.

    Raises ValueError when there is no point or no weight.
    """
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    share = np.asarray(weight, float)
    if phi.size == 0 or not share.sum() > 0:
        raise ValueError("a centre needs at least one point with a positive weight")
    x = float(np.sum(share * np.cos(phi) * np.cos(lam)))
    y = float(np.sum(share * np.cos(phi) * np.sin(lam)))
    z = float(np.sum(share * np.sin(phi)))
    flat = float(np.hypot(x, y))
    return float(np.degrees(np.arctan2(z, flat))), float(np.degrees(np.arctan2(y, x)))


def spread_km(
    lat: ArrayLike, lon: ArrayLike, centre: tuple[float, float], share: float, weight: ArrayLike
) -> float:
    """Radius in km around `centre` that holds `share` (0 to 1) of the weight of the points."""
    away = np.atleast_1d(distance_km(lat, lon, centre[0], centre[1]))
    order = np.argsort(away, kind="stable")
    held = np.cumsum(np.broadcast_to(np.asarray(weight, float), away.shape)[order])
    at = int(np.searchsorted(held, share * held[-1]))
    return float(away[order[min(at, len(order) - 1)]])
