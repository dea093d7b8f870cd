"""A lake as events of OpenLineage: its datasets, and the runs of lakeindex itself."""
