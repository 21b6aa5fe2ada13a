"""What every room needs: files, logs, back-off, the board, and validation errors as text."""
