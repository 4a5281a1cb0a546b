"""Foreign standards, a folder each: what of ours others can read, written as their specification says."""
