"""Tasks of a stack, run as ECS runs them: the container's command with its environment and its secrets, signed by its role's key."""

import json
import os
import pathlib
import subprocess
import time

import boto3
from door import Door, Server
from recorder import Recorder
from stack import REGION

ROLES = {"service": "ServiceRole", "worker": "WorkerRole", "poller": "PollerRole", "migrate": "MigrateRole"}


class Account:
    """A folder, AWS as moto plays it, and a PostgreSQL server behind a door as that of RDS."""

    def __init__(self, folder, cleanup, database_id):
        self.folder = pathlib.Path(folder)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/catalog").symlink_to(pathlib.Path(os.environ["CATALOG"]).resolve())
        self._base = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        conninfo = dict(word.split("=", 1) for word in self._run(["catalog", "postgres", "start"], self._base, cwd=self.folder).stdout.split())
        cleanup(lambda: self._run(["catalog", "postgres", "stop"], self._base, cwd=self.folder))
        self._server = Server(f"{conninfo['host']}/.s.PGSQL.{conninfo.get('port', 5432)}", conninfo["user"])
        # As RDS has it: the master is no superuser.
        for statement in (
            "create role rds_iam", "create role master login createrole createdb password 'of the master'", "create database shop owner master",
        ):
            self._server.ask(statement)
        self.aws = Recorder()
        cleanup(self.aws.close)
        resource = f"arn:aws:rds-db:{REGION}:123456789012:dbuser:{database_id}"
        self.door = Door(self._server, self.folder, lambda who, user: self.aws.allows(who, "rds-db:connect", f"{resource}/{user}"))
        cleanup(self.door.close)

    @staticmethod
    def _run(words, environment, **options):
        ran = subprocess.run(words, env=environment, text=True, capture_output=True, **options)
        if ran.returncode:
            raise AssertionError(f"{words}: {ran.stdout}{ran.stderr}")
        return ran

    def sql(self, statement):
        """As the superuser that a customer of RDS never is."""
        return self._server.ask(statement, "shop")


class Tasks:
    def __init__(self, account, stack, cleanup):
        self._account, self._stack, self._cleanup = account, stack, cleanup
        account.aws.rights = {role: stack.rights(ROLES[role]) for role in ROLES if ROLES[role] in stack.resources}
        account.aws.rights["start"] = stack.rights("StartRole")
        if "LinkUser" in stack.resources:
            account.aws.rights[stack.resources["LinkKey"]] = stack.user_rights("LinkUser")

    def run(self, task, command=None):
        """To its end; with another command if one is given, as `aws ecs run-task --overrides` does."""
        container = self._stack.container(task)
        words = [*container["entryPoint"], *([command] if command else container["command"])]
        return Account._run(words, self._environment(task), cwd=self._account.folder).stdout.strip()

    def start(self, task):
        container = self._stack.container(task)
        log = self._account.folder / f"{task}.log"
        with log.open("w") as written:
            process = subprocess.Popen(
                [*container["entryPoint"], *container["command"]], cwd=self._account.folder, env=self._environment(task), stdout=written,
                stderr=subprocess.STDOUT)

        def stop():
            process.terminate()
            process.wait(60)
        self._cleanup(stop)
        return stop

    def log(self, task):
        """What it has said, one object a line."""
        lines = (self._account.folder / f"{task}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def address(self, task):
        def listening():
            return next((line["address"] for line in self.log(task) if line.get("event") == "http.listening"), None)
        return "http://127.0.0.1:" + eventually(listening).rpartition(":")[2]

    def _environment(self, task):
        account, given = self._account, self._stack.environment(task)
        # A machine lacks the file of the image; several containers have one port and one folder here.
        given["CATALOG_DATABASE_URL"] = given["CATALOG_DATABASE_URL"].replace("/etc/ssl/rds/global-bundle.pem", str(account.door.certificate))
        if "CATALOG_HTTP_ADDRESS" in given:
            given["CATALOG_HTTP_ADDRESS"] = "127.0.0.1:0"
        if "AWS_SHARED_CREDENTIALS_FILE" in given:
            given["AWS_SHARED_CREDENTIALS_FILE"] = str(account.folder / f"{task}.credentials")
        key = {"AWS_ACCESS_KEY_ID": task, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "temporary", "AWS_ENDPOINT_URL": account.aws.url}
        return {**account._base, **given, **{name: self._secret(place) for name, place in self._stack.secrets(task).items()}, **key}

    def _secret(self, place):
        """By the rights of the role that starts tasks."""
        arn, field = place.rsplit(":", 3)[:2]
        assert self._account.aws.allows("start", "secretsmanager:GetSecretValue", arn), f"the start role may not read {arn}"
        return json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])[field]


def eventually(ask, seconds=120):
    """What an answer becomes, once it is neither empty nor zero."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.1)
    return answer


def counted(pattern, lines):
    """How many lines of a log a metric filter matches: alternatives of conditions, as `{ $.event = "a" && $.level = "b" || … }`."""
    def holds(condition, line):
        name, _, wanted = condition.strip("{} ").partition(" = ")
        return str(line.get(name.removeprefix("$."))) == wanted.strip('"')
    return sum(any(all(holds(part, line) for part in way.split("&&")) for way in pattern.split("||")) for line in lines)

