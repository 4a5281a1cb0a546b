"""The tests. They mirror the package: `tests/<room>/test_*.py`; `tests/trips/` walks whole journeys."""
