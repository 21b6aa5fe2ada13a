"""From training runs to a calibrated .tflite and its JSON."""
