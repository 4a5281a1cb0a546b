"""Where trainers work: their courses as text, what the check says, publishing a new version, what was served when."""
