"""What became of a course since somebody finished it or a part of it, and since when a translation is behind its source."""
