"""The ground: database and unit of work, clock, errors, languages, tokens, security headers, mail. Knows nothing of learning."""
