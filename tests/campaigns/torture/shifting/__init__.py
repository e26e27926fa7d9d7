"""Services whose traffic ECS shifts: blue/green, canary and linear, in virtual time."""
