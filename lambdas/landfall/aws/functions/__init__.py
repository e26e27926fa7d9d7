"""AWS Lambda: the versions of our own functions, and the functions of after-checks."""
