"""The table of entities: what the node shows in Home Assistant, and what can be set from there."""
