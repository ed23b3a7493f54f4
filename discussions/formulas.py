"""A formula in LaTeX as plain characters, for where nothing draws it: excerpts, notifications, emails."""

from __future__ import annotations

import re

# Within a line. Money is none: "$5 and $10".
INLINE = re.compile(r"(?<![\\$\w])\$(?=[^\s$])([^$\n]{1,200})(?<=[^\s\\])\$(?![\w$])")

_GREEK = (
    *(
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
    ),
    *("omicron", "pi", "rho", "varsigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
_SIGNS = {
    **{name: chr(ord("α") + place) for place, name in enumerate(_GREEK)},
    **{name.capitalize(): chr(ord("Α") + place) for place, name in enumerate(_GREEK) if name != "varsigma"},
    "varepsilon": "ε",
    "varphi": "φ",
    "Vert": "‖",
    "lVert": "‖",
    "rVert": "‖",
    "|": "‖",
    "vert": "∣",
    "mid": "∣",
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "partial": "∂",
    "nabla": "∇",
    "infty": "∞",
    "sqrt": "√",
    "in": "∈",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "approx": "≈",
    "sim": "∼",
    "propto": "∝",
    "times": "×",
    "cdot": "·",
    "pm": "±",
    "to": "→",
    "rightarrow": "→",
    "ldots": "…",
    "cdots": "…",
    "dots": "…",
    **dict.fromkeys(("left", "right", "text", "mathrm", "mathbf", "mathbb", "mathcal", "operatorname", "quad"), ""),
    **dict.fromkeys((",", ";", "!", ":"), ""),
}
_RAISED = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")


def plain(formula: str) -> str:
    r"""`\|y - Xw\|^2` as ‖y - Xw‖²; what has no character of its own keeps its name."""
    text = re.sub(r"\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2", formula)
    text = re.sub(r"\\([A-Za-z]+|[|,;:!])", lambda found: _SIGNS.get(found[1], found[1]), text)
    text = re.sub(r"\^(?:\{([-+\dn]+)\}|([\dn]))", lambda found: (found[1] or found[2]).translate(_RAISED), text)
    text = re.sub(r"_(?:\{([-+\d]+)\}|(\d))", lambda found: (found[1] or found[2]).translate(_LOWERED), text)
    return re.sub(r"[{}\\]", "", text)
