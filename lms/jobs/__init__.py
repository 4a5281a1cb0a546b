"""Work behind the page: the outbox (one table, `job`), the tasks that empty it, Celery and the embedded runner.

The row is the duty; Redis is a doorbell. Lose the bell and nothing is lost.
"""
