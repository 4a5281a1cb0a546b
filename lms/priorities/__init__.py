"""From answers to the order of the shelf: levers, rankings, suggestions to a person, and the page where the network
sees its needs.
"""
