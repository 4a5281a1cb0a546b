"""The science of needs for any importance-competence survey, usable without the site: tables of answers in, figures out."""
