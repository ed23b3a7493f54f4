"""What the API's description says of the metrics."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema

from competitions.explaining.serializers import ExplainedMetricSerializer

NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="The key of the metric, such as rmse.")

list_metrics = extend_schema(
    operation_id="listMetrics",
    tags=["Competitions"],
    responses=ExplainedMetricSerializer(many=True),
    description="Every built-in metric by its label: formula (LaTeX), parameters, inputs, an example, limits, in "
    "English and Japanese. Open to everybody.",
)
get_metric = extend_schema(
    operation_id="getMetric",
    tags=["Competitions"],
    parameters=[NAME],
    responses=ExplainedMetricSerializer,
    description="One built-in metric: formula (LaTeX), parameters, inputs, an example, limits, in both languages. "
    "Open to everybody.",
)
