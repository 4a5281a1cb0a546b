"""The pages behind the footer: help, privacy notice, accessibility statement, licence and source."""
