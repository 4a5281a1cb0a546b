"""People: who they are, how they sign in, their sessions and preferences. Knows nothing of spaces or courses."""
