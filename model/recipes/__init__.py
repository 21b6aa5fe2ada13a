"""What is trained, and how: one YAML file per network, and their schema."""
