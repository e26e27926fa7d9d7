"""The front door of the local AWS: a load balancer with health checks, in front of real containers."""
