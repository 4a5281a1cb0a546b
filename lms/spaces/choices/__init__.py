"""Owns the network's choices: the coordinator's page of settings, each change written into the audit."""
