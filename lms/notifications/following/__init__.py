"""The mails of following: reminders of late courses, reports on a team, and the link in each that ends them."""
