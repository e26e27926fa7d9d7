"""Traits of the image registry, Amazon ECR."""
