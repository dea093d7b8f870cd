"""What Airflow asks of a provider: its name and version."""

from __future__ import annotations

from importlib.metadata import version

_PACKAGE = "airflow-provider-lakeindex"


def provider_info() -> dict[str, object]:
    """Describe the provider, as `airflow providers list` shows it."""
    return {
        "package-name": _PACKAGE,
        "name": "lakeindex",
        "description": "What in this lake joins with this column, how, and can I trust it?",
        "versions": [version(_PACKAGE)],
    }
