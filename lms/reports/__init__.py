"""What managers see of their team: steps and weeks, never answers. Read-only sheets; enrolling goes through `learning`."""
