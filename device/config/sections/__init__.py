"""One model per section of the configuration file."""
