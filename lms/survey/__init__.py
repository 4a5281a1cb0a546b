"""The needs survey: instruments and their versions, campaigns, anonymous returns, and the figures that may leave this
room.
"""
