"""Law 1: judges what ECS and the load balancer say about a deployment, as PASS, WAIT or FAIL.

It calls neither AWS nor the clock.
"""
