"""Landfall: deploys a release to Amazon ECS and proves it live, or puts the last proven one back."""
