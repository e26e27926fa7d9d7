"""Reads an image's name, tags, labels and configuration. It never calls ECR."""
