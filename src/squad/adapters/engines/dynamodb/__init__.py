"""Amazon DynamoDB: a table, how it is made, and the inbox and outbox in it."""
