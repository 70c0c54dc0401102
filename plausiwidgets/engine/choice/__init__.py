"""Which engine runs a job, and when a kernel is compiled for it."""
