"""Where people arrive: the landing page, the learner's home, the catalogue with its reasons, the coordinator's week."""
