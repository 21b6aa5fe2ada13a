"""Cards that need no keyboard: what goes onto the boot partition of a node's SD card, for one node or for many."""
