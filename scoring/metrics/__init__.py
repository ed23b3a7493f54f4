"""The metrics. Importing this package registers all of them in `scoring.metrics.registry`."""

from scoring.metrics import agreement, classification, probability, ranking, registry, regression

__all__ = ["agreement", "classification", "probability", "ranking", "registry", "regression"]
