"""The stacks of a service that Landfall creates: its network, load balancer and tasks."""
