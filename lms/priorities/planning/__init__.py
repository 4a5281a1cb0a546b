"""The plan: which courses to run now, which to build next, and what they leave uncovered; usable without the site."""
