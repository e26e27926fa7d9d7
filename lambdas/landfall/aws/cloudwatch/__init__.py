"""Amazon CloudWatch: what tasks log, and the metrics that count their work."""
