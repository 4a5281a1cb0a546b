"""The bench: Cordada against the least that the same work can cost, in one interleaved run. `python3 -m lms bench`."""
