"""The AsyncAPI document: every topic that a node publishes or receives, with a schema of what is on it.

`python -m device.discovery.asyncapi docs/asyncapi.yaml` renews it. It is a loop over the table of entities, and over
the types of what is not an entity's: nothing of it is written down a second time.
"""
