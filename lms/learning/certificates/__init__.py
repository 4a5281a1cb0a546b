"""Certificates: what somebody has proved, in facts that never change, which anybody with the code can check."""
