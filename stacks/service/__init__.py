"""The stacks of a service that Landfall brings along: its network, load balancer and tasks."""
