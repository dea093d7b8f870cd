"""Plots that are the same, byte for byte, for the same figures."""

from __future__ import annotations

from typing import Any


def reproducible_pyplot() -> Any:
    """Return matplotlib's pyplot, set up to draw without a screen."""
    try:
        import matplotlib
    except ImportError as error:
        raise SystemExit("matplotlib isn't installed: pip install -e '.[bench]'") from error
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "lakeindex"
    from matplotlib import pyplot

    return pyplot
