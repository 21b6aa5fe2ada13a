"""What a node needs to know before it can run, found out together with its owner: broker, camera, pins."""
