"""What every room needs of the machine: files, logs, back-off, the board."""
