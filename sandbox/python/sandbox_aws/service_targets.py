"""Resources and condition keys of DynamoDB, KMS, SSM and Application Auto Scaling."""

import base64
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends
from moto.ssm.models import ssm_backends

from .principal import Caller
from .target import Target, tag_keys
from .wire import AwsRequest

_ACCOUNT_WIDE = {
    "dynamodb": ("DescribeEndpoints", "DescribeLimits", "ListBackups", "ListGlobalTables", "ListTables"),
    "kms": ("CreateKey", "ListAliases", "ListKeys", "GenerateRandom"),
    "ssm": ("DescribeParameters",),
}
_TRANSACTION_ITEMS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def targets(request: AwsRequest, caller: Caller) -> list[Target]:
    if request.operation in _ACCOUNT_WIDE.get(request.service, ()):
        context = tag_keys(request.params.get("Tags", []), "TagKey", "TagValue") if request.service == "kms" else {}
        return [Target(request.action, "*", context)]
    by_service = {"dynamodb": _dynamodb, "kms": _kms, "ssm": _ssm}
    return by_service.get(request.service, _unscoped)(request, caller)


def _unscoped(request: AwsRequest, _caller: Caller) -> list[Target]:
    return [Target(request.action, "*")]


def _arn(request: AwsRequest, caller: Caller, rest: str) -> str:
    principal = caller.principal
    return f"arn:{principal.partition}:{request.service}:{request.region}:{principal.account}:{rest}"


def _dynamodb(request: AwsRequest, caller: Caller) -> list[Target]:
    params = request.params

    def table_arn(table: str) -> str:
        return table if table.startswith("arn:") else _arn(request, caller, f"table/{table}")

    if request.operation in ("TransactWriteItems", "TransactGetItems"):
        return [
            Target(f"dynamodb:{_TRANSACTION_ITEMS.get(kind, 'GetItem')}", table_arn(entry["TableName"]))
            for item in params.get("TransactItems", [])
            for kind, entry in item.items()
        ]
    if "RequestItems" in params:
        arns = [table_arn(table) for table in params["RequestItems"]]
    elif "IndexName" in params:
        arns = [f"{table_arn(params.get('TableName', ''))}/index/{params['IndexName']}"]
    elif "ResourceArn" in params:
        arns = [params["ResourceArn"]]
    else:
        arns = [table_arn(params.get("TableName", ""))]
    context = tag_keys(params.get("Tags", []))
    found = [Target(request.action, arn, context) for arn in arns]
    return found + [target for arn in arns for target in _table_key(request, caller, arn)]


# What DynamoDB itself calls with the caller's rights on a table that a customer's KMS key encrypts.
_KEY_USE = ("GetItem", "Query", "Scan", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")


def _table_key(request: AwsRequest, caller: Caller, table_arn: str) -> list[Target]:
    if request.operation == "CreateTable":
        key = request.params.get("SSESpecification", {}).get("KMSMasterKeyId")
        actions = ["kms:CreateGrant", "kms:DescribeKey"]
    elif request.operation in _KEY_USE:
        backend = dynamodb_backends[caller.principal.account][request.region]
        table = backend.tables.get(table_arn.rpartition("table/")[2].partition("/")[0])
        key = ((getattr(table, "sse_specification", None) or {}).get("KMSMasterKeyId")) if table is not None else None
        actions = ["kms:Decrypt"]
    else:
        return []
    return [target for action in actions for target in _used_key(request, caller, key, action, {})]


def _used_key(
    request: AwsRequest, caller: Caller, key_name: str | None, action: str, context: dict[str, list[str]]
) -> list[Target]:
    """What the caller needs on a customer's key that the service uses in its name. AWS's own keys need nothing."""
    if not key_name or _owned_by_aws(request, caller, key_name):
        return []
    arn, resource_policy = _key(request, caller, key_name)
    via = {"kms:viaservice": [f"{request.service}.{request.region}.amazonaws.com"], **context}
    return [Target(action, arn, via, resource_policy=resource_policy)]


def _owned_by_aws(request: AwsRequest, caller: Caller, key_name: str) -> bool:
    if "alias/aws/" in key_name:
        return True
    backend = kms_backends[caller.principal.account][request.region]
    aliases = backend.list_aliases(backend.get_key_id(key_name))
    return any(alias.alias_name.startswith("alias/aws/") for alias in aliases)


def _key(request: AwsRequest, caller: Caller, name: str) -> tuple[str, str | None]:
    """ARN and policy of a key that is named by id, ARN or alias."""
    backend = kms_backends[caller.principal.account][request.region]
    try:
        key = backend.keys[backend.any_id_to_key_id(name)]
    except (KeyError, AttributeError):  # AttributeError: moto's answer to an alias that does not exist
        principal = caller.principal
        prefix = f"arn:{principal.partition}:kms:{request.region}:{principal.account}:"
        return (name if name.startswith("arn:") else prefix + (name if "/" in name else f"key/{name}")), None
    return key.arn, key.policy


def _encryption_context(pairs: dict[str, str]) -> dict[str, list[str]]:
    keys = {f"kms:encryptioncontext:{key.lower()}": [value] for key, value in pairs.items()}
    return {**keys, "kms:encryptioncontextkeys": list(pairs)} if pairs else {}


def _kms(request: AwsRequest, caller: Caller) -> list[Target]:
    params = request.params
    context: dict[str, list[str]] = {
        **_encryption_context(params.get("EncryptionContext", {})),
        **tag_keys(params.get("Tags", []), "TagKey", "TagValue"),
        "kms:calleraccount": [caller.principal.account],
    }
    if request.operation == "ReEncrypt":
        source = params.get("SourceKeyId") or _key_of_ciphertext(params.get("CiphertextBlob", ""))
        names = {"kms:ReEncryptFrom": source, "kms:ReEncryptTo": params.get("DestinationKeyId", "")}
    elif request.operation in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        alias = Target(request.action, _arn(request, caller, params.get("AliasName", "")), context)
        key_name = params.get("TargetKeyId") or params.get("AliasName", "")
        return [alias, *_key_targets(request, caller, {request.action: key_name}, context)]
    else:
        named = params.get("KeyId") or _key_of_ciphertext(params.get("CiphertextBlob", ""))
        names = {request.action: named}
    return _key_targets(request, caller, names, context)


def _key_targets(
    request: AwsRequest, caller: Caller, names: dict[str, str], context: dict[str, list[str]]
) -> list[Target]:
    found = []
    for action, name in names.items():
        arn, resource_policy = _key(request, caller, name)
        alias = {"kms:requestalias": [name]} if name.startswith("alias/") else {}
        found.append(Target(action, arn, {**context, **alias}, resource_policy=resource_policy))
    return found


def _key_of_ciphertext(blob: str) -> str:
    """The id of the key that encrypted it: moto writes it in front, as KMS keeps it inside."""
    return base64.b64decode(blob)[:36].decode("ascii", "replace") if blob else ""


def _ssm(request: AwsRequest, caller: Caller) -> list[Target]:
    params = request.params

    def parameter_arn(name: str) -> str:
        return name if name.startswith("arn:") else _arn(request, caller, f"parameter/{name.removeprefix('/')}")

    names: list[str] = params.get("Names") or [
        str(params.get("Name") or params.get("ResourceId") or params.get("Path") or "")
    ]
    context = tag_keys(params.get("Tags", []))
    found = [Target(request.action, parameter_arn(name), context) for name in names]
    return found + [target for name in names for target in _parameter_key(request, caller, name, parameter_arn(name))]


def _parameter_key(request: AwsRequest, caller: Caller, name: str, arn: str) -> list[Target]:
    params: dict[str, Any] = request.params
    if request.operation == "PutParameter":
        key = params.get("KeyId") if params.get("Type") == "SecureString" else None
        action = "kms:Encrypt"
    elif request.operation in ("GetParameter", "GetParameters") and params.get("WithDecryption"):
        stored = ssm_backends[caller.principal.account][request.region].get_parameter(name)
        key = stored.keyid if stored is not None and stored.parameter_type == "SecureString" else None
        action = "kms:Decrypt"
    else:
        return []
    return _used_key(request, caller, key, action, _encryption_context({"PARAMETER_ARN": arn}))
