"""The metrics. Importing this package registers all of them in `scoring.metrics.registry`."""

from scoring.metrics import (
    agreement,
    boxes,
    classification,
    distributions,
    forecasts,
    masks,
    orders,
    places,
    probability,
    ranking,
    registry,
    regression,
    sets,
    strings,
)

__all__ = [
    "agreement",
    "boxes",
    "classification",
    "distributions",
    "forecasts",
    "masks",
    "orders",
    "places",
    "probability",
    "ranking",
    "registry",
    "regression",
    "sets",
    "strings",
]
