"""The people whom the owner has enrolled: who they are, and the numbers by which their faces are compared."""
