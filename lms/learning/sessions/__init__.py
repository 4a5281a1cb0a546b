"""Live sessions of courses: seats, the waiting list, moved and cancelled dates, who was there."""
