"""Mails: which one follows from which event, its words, and what was sent. Looks down on the other rooms."""
