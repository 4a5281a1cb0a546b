"""What stands before a step: the language it can be read in, the courses that come first, the way past it for those who know."""
