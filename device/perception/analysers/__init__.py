"""What is measured on an aligned face, and what is decided from a burst of measurements; one module per analyser."""
