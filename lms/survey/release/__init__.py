"""The survey's one exit for figures: what may be told is computed once a batch, audited, stored, and only read from then on."""
