"""Cordada: the learning platform of networks of coworking spaces. See docs/ and HOUSE in docs/house.md.

This file imports nothing: the front door (`python3 -m lms`) runs before anything is installed.
"""
