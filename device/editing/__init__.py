"""Changing the node's file and its secrets.yaml: what stays is as its owner wrote it, to the byte."""
