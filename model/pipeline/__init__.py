"""Retraining as one command: a file of steps, the plan for a work folder, and the run that can be interrupted."""
