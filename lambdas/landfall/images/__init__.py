"""What an image says about itself: its name, its tags, its labels, its configuration. It never asks ECR."""
