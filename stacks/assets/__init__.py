"""What is uploaded: the code of the Lambdas and the layer of their dependencies."""
