"""Makes reports, notifications and events. It sends nothing."""
