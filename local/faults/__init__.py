"""Faults in the AWS calls of the pipeline's Lambdas: off unless a test asks for one."""
