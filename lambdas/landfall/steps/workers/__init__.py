"""Looks at a service without a load balancer, before its update and after it."""
