"""`facet bench --memory`: what each import and each network adds to a node's memory."""
