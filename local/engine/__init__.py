"""Runs containers: as processes, or with Docker or Podman."""
