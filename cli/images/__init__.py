"""Builds images, and reads them from ECR, for the verbs."""
