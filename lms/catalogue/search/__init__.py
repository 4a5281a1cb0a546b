"""Search: the served texts of courses, units and glossaries, found by the words in them, in the reader's language first."""
