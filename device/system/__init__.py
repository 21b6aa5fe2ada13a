"""What every room needs: files, logs, backoff, the machine, and validation errors as text."""
