"""From CelebA's pictures to batches: reading, cropping, augmenting."""
