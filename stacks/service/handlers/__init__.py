"""The code of the function that CloudFormation invokes. It uses no layer and no other package of Landfall."""
