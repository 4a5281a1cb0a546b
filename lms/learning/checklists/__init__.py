"""Checklists: lines to tick, for oneself alone, and the same lines on paper."""
