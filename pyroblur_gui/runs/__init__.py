"""Runs: every training kept in MLflow's store, compared, planned, and one of its models promoted."""
