"""ECS's service scheduler and health checks, on the local AWS."""
