"""Owns the audit: who changed roles, memberships, spaces and the network's choices, when, from what to what."""
