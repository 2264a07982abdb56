"""Medians and percentiles, by nearest rank: each is a value that was measured."""

import math


def percentile(values, percent):
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def times(values):
    return f"median {percentile(values, 50):.2f} ms, p99 {percentile(values, 99):.2f} ms, longest {max(values):.2f} ms"
