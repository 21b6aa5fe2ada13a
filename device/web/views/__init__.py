"""What the page shows: one module a view, each with its endpoints."""
