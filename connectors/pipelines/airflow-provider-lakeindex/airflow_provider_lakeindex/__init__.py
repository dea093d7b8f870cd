"""Airflow operators that index a data lake and watch its joins, and a sensor for a new generation of the index."""

from airflow_provider_lakeindex.index_lake import LakeIndexOperator as LakeIndexOperator
from airflow_provider_lakeindex.new_generation import NewGenerationSensor as NewGenerationSensor
from airflow_provider_lakeindex.watch_joins import WatchJoinsOperator as WatchJoinsOperator
