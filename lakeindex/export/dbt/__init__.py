"""A lake as a project of dbt, or as tests and sources for one."""
