"""Amazon Cognito as a directory: the pool, its page, our signing keys, ended sign-ins."""
