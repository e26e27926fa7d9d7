"""What was asked for: reads requests, orders them, and refuses them during a freeze. It never looks at a service."""
