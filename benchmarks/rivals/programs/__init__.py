"""The programs that are measured, each in an environment that has what it needs."""
