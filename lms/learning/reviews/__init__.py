"""Coming back: answered questions and the deciding scenes of scenarios return after 3, 10, 30 and 90 days, five a day."""
