"""Training, evaluation and export of the attribute network; the shipped models live in zoo/."""
