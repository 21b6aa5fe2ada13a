"""root's side of updates: it verifies again, installs, and goes back if the node fails."""
