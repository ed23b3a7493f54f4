"""A metric with all that explains it, in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from competitions.models import MetricDirection
from scoring.metrics.registry import OPTIONS, Inputs, Metric, Parameter, Task

# What a value of a parameter is, on the wire.
KINDS = {
    int: "int",
    float: "float",
    bool: "bool",
    str: "str",
    list: "labels",
    tuple: "numbers",
    dict: "mapping",
}


class TextSerializer(serializers.Serializer):
    """The same in English and Japanese."""

    en = serializers.CharField()
    ja = serializers.CharField()


class MetricParameterSerializer(serializers.Serializer):
    name = serializers.CharField()
    kind = serializers.ChoiceField(
        list(KINDS.values()), help_text="numbers: a list of ascending ones; mapping: an object of numbers by column."
    )
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    choices = serializers.ListField(
        child=serializers.CharField(), help_text="Of a text: the ones there are; none: any."
    )
    default: Any = serializers.CharField(help_text="As JSON.")
    expected = serializers.CharField(help_text="What a value must be.")
    description = TextSerializer()


class MetricColumnSerializer(serializers.Serializer):
    name = serializers.CharField()
    values: Any = serializers.ListField(child=serializers.CharField(allow_blank=True))


class MetricSettingSerializer(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.CharField(help_text="As JSON.")


class MetricExampleSerializer(serializers.Serializer):
    """What the predictions score for the truth."""

    truth = MetricColumnSerializer(many=True)
    predictions = MetricColumnSerializer(many=True)
    params = MetricSettingSerializer(many=True)
    score = serializers.FloatField()


class ExplainedMetricSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="The key of the metric, as competitions store it.")
    label: Any = serializers.CharField()
    direction = serializers.ChoiceField(MetricDirection.choices)
    task = serializers.ChoiceField([one.value for one in Task])
    description = TextSerializer()
    formula = serializers.CharField(
        help_text="LaTeX: y is the truth, p the prediction, w the weight of a row, n the number of rows."
    )
    inputs = TextSerializer(many=True, help_text="What solution and submission hold; the first that suits is used.")
    takes_weights = serializers.BooleanField(help_text="Whether rows may have weights.")
    params = MetricParameterSerializer(many=True)
    options = MetricParameterSerializer(many=True, help_text="What any metric takes besides.")
    limits = TextSerializer(help_text="What to know before choosing it.")
    example = MetricExampleSerializer()
    source: Any = serializers.CharField(help_text="Where the definition comes from.")

    def to_representation(self, metric: Metric) -> dict[str, Any]:
        # Twenty kilobytes of sentences that only this needs.
        from scoring.explanations import INPUTS, explanation  # noqa: PLC0415

        told = explanation(metric.name)
        return {
            "name": metric.name,
            "label": metric.label,
            "direction": metric.direction.value,
            "task": metric.task.value,
            "description": _text(told.description(metric.name)),
            "formula": told.formula,
            "inputs": [_text(INPUTS[Inputs(one)]) for one in metric.inputs],
            "takes_weights": metric.supports_weights,
            "params": [_parameter(one) for one in metric.params],
            "options": [_parameter(one) for one in OPTIONS],
            "limits": _text(told.limits),
            "example": {
                "truth": _columns(told.example.truth),
                "predictions": _columns(told.example.guess),
                "params": [
                    {"name": name, "value": json.dumps(value)} for name, value in sorted(told.example.params.items())
                ],
                "score": told.example.score,
            },
            "source": metric.source,
        }


def _text(text: Any) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    from scoring.explanations import PARAMETERS_JA  # noqa: PLC0415 -- see above

    return {
        "name": parameter.name,
        "kind": KINDS[parameter.kind],
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "choices": list(parameter.choices),
        "default": json.dumps(parameter.default),
        "expected": parameter.expected,
        "description": {"en": parameter.description, "ja": PARAMETERS_JA[parameter.description]},
    }


def _columns(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "values": [str(value) for value in values]} for name, values in table.items()]
