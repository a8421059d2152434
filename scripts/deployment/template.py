"""What cfn-lint cannot know of the template: that its tasks agree, its alarms lead somewhere, its commands are shell."""

import json
import re
import subprocess

from files import ROOT, TEMPLATE, resources, template, text

PAGE = re.compile(r"See (docs/[\w/-]+\.md)(?:#([\w-]+))?$")
# Every process of the service has these, with the same value.
SHARED = {"AWS_REGION", "CATALOG_DATABASE_URL", "CATALOG_DATABASE_AUTH", "CATALOG_DATABASE_SECRET", "CATALOG_STORE", "CATALOG_NOTIFY", "CATALOG_LOG_FORMAT"}


def problems(of=None):
    of = of or template()
    for check in (shared_settings, unused_parameters, secret_settings, alarm_pages, alarm_metrics, shell, dashboard):
        for problem in check(of):
            yield f"{TEMPLATE}: {problem}"


def containers(of):
    for task, properties in resources("AWS::ECS::TaskDefinition", of).items():
        for container in properties["ContainerDefinitions"]:
            yield task, container


def environment(container):
    """Name and value, with the value that a condition gives."""
    for entry in container["Environment"]:
        entry = entry["Fn::If"][1] if "Fn::If" in entry else entry
        yield entry["Name"], entry["Value"]


def shared_settings(of):
    seen = {}
    for task, container in containers(of):
        if task == "MigrateTask":
            continue
        given = dict(environment(container))
        for name in sorted(SHARED - given.keys()):
            yield f"{task} lacks {name}"
        for name in sorted(SHARED & given.keys()):
            if seen.setdefault(name, given[name]) != given[name]:
                yield f"{task} has another {name} than the other tasks"


def unused_parameters(of):
    body = json.dumps({key: of[key] for key in ("Conditions", "Resources", "Outputs")})
    groups = of["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    for name, parameter in of["Parameters"].items():
        if f'"{name}"' not in body and f"${{{name}}}" not in body:
            yield f"nothing uses the parameter {name}"
        if shown.count(name) != 1:
            yield f"the parameter {name} belongs to one group"
        if not parameter.get("Description"):
            yield f"the parameter {name} has no description"


def secret_settings(of):
    """Whoever may describe a task reads its environment: secrets come as such."""
    for task, container in containers(of):
        for name, value in environment(container):
            is_place = name == "CATALOG_DATABASE_SECRET" or str(value).startswith("file:")
            if re.search(r"PASSWORD|TOKEN|KEY|SECRET", name) and not is_place:
                yield f"{task}: {name} is a secret, and stands in the environment"


def alarm_pages(of):
    for name, alarm in resources("AWS::CloudWatch::Alarm", of).items():
        page = PAGE.search(alarm["AlarmDescription"])
        if not page:
            yield f"{name} names no page that tells what to do"
        elif not (ROOT / page[1]).is_file() or (page[2] and page[2] not in anchors(page[1])):
            yield f"{name}: there is no {page[0].removeprefix('See ')}"


def anchors(page):
    headings = re.findall(r"^#+ (.*?)\s*$", text(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def alarm_metrics(of):
    """A metric of our own is one that a filter counts or the service writes, and a filter counts events that are logged."""
    counted = {
        transformation["MetricName"]: filter["FilterPattern"]
        for filter in resources("AWS::Logs::MetricFilter", of).values()
        for transformation in filter["MetricTransformations"]
    }
    for name, alarm in resources("AWS::CloudWatch::Alarm", of).items():
        if "MetricName" in alarm and not str(alarm["Namespace"]).startswith("AWS/") and alarm["MetricName"] not in counted.keys() | written():
            yield f"{name}: nothing counts {alarm['MetricName']}"
    logged = set(re.findall(r"^\| `([a-z_.]+)` \|", text("docs/reference/log-events.md"), re.M))
    for metric, pattern in counted.items():
        for event in re.findall(r'\$\.event = "([^"]+)"', pattern):
            if event not in logged:
                yield f"{metric}: nothing logs {event}"


def written():
    """Metrics of the line that CloudWatch reads, and whatever else stands in it."""
    return set(re.findall(r'name: "(\w+)", unit:', text("Sources/CatalogCLI/Metrics/EmbeddedMetricValues.swift")))


def shell(of):
    for task, container in containers(of):
        for script in container["Command"]:
            checked = subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True)
            if checked.returncode:
                yield f"{task}: {checked.stderr.strip()}"


def dashboard(of):
    for name, board in resources("AWS::CloudWatch::Dashboard", of).items():
        try:
            widgets = json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]
        except ValueError as error:
            yield f"{name} is not JSON: {error}"
            continue
        counted = {
            transformation["MetricName"]
            for filter in resources("AWS::Logs::MetricFilter", of).values()
            for transformation in filter["MetricTransformations"]
        }
        for widget in widgets:
            for metric in widget["properties"].get("metrics", []):
                if metric[0].startswith("catalog/") and metric[1] not in counted:
                    yield f"{name}: nothing counts {metric[1]}"
