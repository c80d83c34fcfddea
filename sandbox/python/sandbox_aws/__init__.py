"""AWS on one machine: moto's IAM, STS, DynamoDB, KMS and SSM behind an authorisation layer that enforces IAM as AWS does."""
