"""The rights of the template's tasks, compared with permissions.tsv, and its operations with those of Sources/AWS."""

import re

from files import ROOT, resources, template, text

TABLE = "deploy/cloudformation/permissions.tsv"
# Operations of S3 as they are told to AWSError, and of the services that speak the query protocol.
NAMED = re.compile(r'"((?:Get|Head|List|Put|Receive|Delete|Copy|Create|Complete|Abort|Upload|Restore|Select)[A-Z]\w+)",')
QUERIED = re.compile(r'query\.call\("(\w+)"')


def problems(of=None):
    granted, listed = granted_rights(of or template()), listed_rights()
    for right in sorted(granted - listed.keys()):
        yield f"{TABLE}: lacks {' '.join(right)}, which the template grants"
    for right in sorted(listed.keys() - granted):
        yield f"{TABLE}: the template does not grant {' '.join(right)}"
    known, asked = operations(), named_operations()
    for operation in sorted(known - asked):
        yield f"{TABLE}: lacks the operation {operation} of Sources/AWS: say who needs it, or that nobody does"
    for operation in sorted(asked - known):
        yield f"{TABLE}: Sources/AWS has no operation {operation}"


def rows():
    for line in text(TABLE).splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def listed_rights():
    """(rights, action, resource) and the operations that need it."""
    return {(rights, action, resource): needed.split(",") for rights, action, resource, needed, _ in rows() if rights != "-"}


def named_operations():
    return {operation for _, _, _, needed, _ in rows() for operation in needed.split(",")}


def operations():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "Sources/AWS").rglob("*.swift")))
    found = set(NAMED.findall(sources)) | set(QUERIED.findall(sources))
    # A token of RDS is only signed; the connection that presents it needs the right.
    return found | ({"RDSAuthToken"} if "enum RDSAuthToken" in sources else set())


def granted_rights(of):
    """What policies of tasks and users allow; what ECS itself does before a task begins is not the code's."""
    found = set()
    for name, policy in resources("AWS::IAM::ManagedPolicy", of).items():
        found |= rights(name, policy["PolicyDocument"])
    for kind in ("AWS::IAM::Role", "AWS::IAM::User"):
        for name, owner in resources(kind, of).items():
            for policy in owner.get("Policies", []) if name != "StartRole" else []:
                found |= rights(name, policy["PolicyDocument"])
    return found


def rights(name, document):
    return {
        (name, action, short(resource))
        for statement in statements(document)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def statements(document):
    """All of them, whatever the conditions say."""
    for statement in document["Statement"]:
        for one in statement["Fn::If"][1:] if "Fn::If" in statement else [statement]:
            if one != {"Ref": "AWS::NoValue"}:
                yield one


def short(resource):
    """A resource as the table names it: Reports, Reports/errors/*, dbuser:onboarding."""
    if isinstance(resource, str):
        return resource
    (function, value), = resource.items()
    if function == "Fn::If":
        return "master"
    if function == "Fn::GetAtt":
        return value[0]
    if function == "Fn::Sub":
        pattern = value[0] if isinstance(value, list) else value
        if "rds-db" in pattern:
            return "dbuser:" + pattern.rpartition("/")[2]
        return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", pattern)
    return value


def as_list(value):
    return value if isinstance(value, list) else [value]
