"""GPIO pins through gpiozero, and the status LED."""
