"""The S3 bucket of the blobs: how it is found, made and protected."""

from typing import Any

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of

ARCHIVE_AFTER = 180  # days until a ticket's files go to Glacier
HISTORY_AFTER = 30  # days until what was deleted or replaced is gone for good
COLD = ("GLACIER", "DEEP_ARCHIVE")
_GONE = ("404", "NoSuchBucket")
_SHUT = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


async def find(aws: Aws, client: Any) -> str:
    """This will name the bucket. Raises Unavailable: it is not there, or not for us."""
    with aws.translating():
        try:
            await client.head_bucket(Bucket=name(aws))
        except ClientError as error:
            if code_of(error) in _GONE:
                raise aws.missing(f"bucket {name(aws)}") from error
            raise
    return name(aws)


def name(aws: Aws) -> str:
    """This will name the bucket of the URL."""
    return aws.options.get("bucket", f"{aws.prefix}-files")


def cold(head: dict[str, Any]) -> bool:
    """This will tell from HeadObject's answer whether the content must be restored first."""
    back = 'ongoing-request="false"' in head.get("Restore", "")
    return head.get("StorageClass") in COLD and not back


async def make(aws: Aws, client: Any) -> str:
    """This will make the bucket where it is missing, and set how it is protected."""
    bucket, verb = name(aws), "kept"
    try:
        await client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) not in _GONE:
            raise
        place = {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
        await client.create_bucket(Bucket=bucket, **(place if aws.region != "us-east-1" else {}))
        verb = "made"
    await _protect(client, bucket, aws.options.get("kms", ""))
    await _age(client, bucket)
    return f"{verb} bucket {bucket}"


async def _protect(client: Any, bucket: str, kms: str) -> None:
    await client.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(_SHUT, True)
    )
    await client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    way = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms} if kms else {"SSEAlgorithm": "AES256"}
    rule = {"ApplyServerSideEncryptionByDefault": way, "BucketKeyEnabled": bool(kms)}
    await client.put_bucket_encryption(
        Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


async def _age(client: Any, bucket: str) -> None:
    rules = [
        {
            "ID": "archive",
            "Status": "Enabled",
            "Filter": {"Prefix": "tickets/"},
            "Transitions": [{"Days": ARCHIVE_AFTER, "StorageClass": "GLACIER"}],
        },
        {
            "ID": "tidy",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": HISTORY_AFTER},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
    ]
    await client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": rules}
    )
