"""Lists of people that managers bring: read, shown before anything happens, applied as a whole, undone for a day."""
