"""The assets to upload: the code of the Lambdas and the layer of their dependencies."""
