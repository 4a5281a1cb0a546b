"""Owns the pages of a space's people: naming deputies and managers, ending memberships, inviting a manager."""
