"""The local AWS as a process, and the front door of its load balancers."""
