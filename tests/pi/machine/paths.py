"""Where things are in the virtual Pi."""

INSTALL = "/media/usb/provisioning/install.sh"
WHEELHOUSE = "/media/usb/wheelhouse"
CONFIGURATION = "/etc/facet/facet.yaml"
INSTALLATION = 1000.0
"""Seconds until a test gives up waiting for install.sh, of which most is pip's."""
