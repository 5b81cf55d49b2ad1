"""Amazon SNS and SQS as a bus: one topic, a queue a service, dead letters in S3."""
