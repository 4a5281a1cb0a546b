"""Network, territory, space and membership: who belongs where, who is invited, and (`policy.py`) who may do what."""
