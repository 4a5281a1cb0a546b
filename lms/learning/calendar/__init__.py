"""The personal calendar: what is ahead for somebody, on a page and at a secret address for their own calendar program."""
