"""The page of a served lake: search, partners with their evidence, joins, the map, drift and verdicts, as HTML."""
