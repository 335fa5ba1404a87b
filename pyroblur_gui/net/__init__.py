"""Fetching over the network, for data sets and models: the only place that opens a connection to the outside."""
