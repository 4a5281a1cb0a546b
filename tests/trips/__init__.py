"""Whole journeys through a served site, in a real browser, in the words of the people who make them."""
