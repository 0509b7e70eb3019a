"""
What differs between two contents of a template: told part by part, weighed, and kept as the way from one to the other.

Takes whatever stands where components should be and never raises; only a delta that was tampered with may.
"""

from __future__ import annotations

from templates_app.diff.comparison import Change, Comparison, compare
from templates_app.diff.patching import apply_delta, delta
from templates_app.diff.sentences import summary
from templates_app.diff.severity import BREAKING, COSMETIC, REVIEW
from templates_app.diff.sides import Row, side_by_side
from templates_app.diff.variables import Variables

__all__ = [
    "BREAKING",
    "COSMETIC",
    "REVIEW",
    "Change",
    "Comparison",
    "Row",
    "Variables",
    "apply_delta",
    "compare",
    "delta",
    "side_by_side",
    "summary",
]
