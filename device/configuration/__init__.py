"""What device/config.py is made of: the models of the sections, the YAML source, and faults in the owner's words."""
