"""The demonstration network: fictional spaces, people, answers and progress, the same every time."""
