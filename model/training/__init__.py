"""Training runs, what they leave behind, and what they teach."""
