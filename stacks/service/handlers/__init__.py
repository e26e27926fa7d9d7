"""Code of the functions that CloudFormation invokes. It stands alone: no layer, no package of ours beside it."""
