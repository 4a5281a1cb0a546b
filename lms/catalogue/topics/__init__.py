"""Topics: what people would like a course about, where they found none. A line of text, read by those who coordinate."""
