"""Who is told, and what: reports, notifications, and events. It sends nothing."""
