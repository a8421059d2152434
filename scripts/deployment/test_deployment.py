"""The checks of deploy/ find what they are for, and the template's commands do what they say.

CATALOG names the binary; without it the commands that need one are skipped.
"""

import copy
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import permissions
import template
from files import resources
from files import template as load


class ChecksTest(unittest.TestCase):
    """Each fault is put into a copy of the template."""

    def setUp(self):
        self.template = copy.deepcopy(load())

    def policy(self, name):
        return self.template["Resources"][name]["Properties"]["PolicyDocument"]["Statement"]

    def container(self, task):
        return self.template["Resources"][task]["Properties"]["ContainerDefinitions"][0]

    def found(self):
        return " ".join([*template.problems(self.template), *permissions.problems(self.template)])

    def test_the_template_is_as_the_checks_want_it(self):
        self.assertEqual(self.found(), "")

    def test_a_right_that_nobody_needs(self):
        self.policy("PollerRights")[0]["Action"] = ["s3:ListBucket", "s3:DeleteObject"]
        self.assertIn("lacks PollerRights s3:DeleteObject VendorFiles, which the template grants", self.found())

    def test_a_right_that_is_missing(self):
        del self.policy("WorkerRights")[0]
        self.assertIn("does not grant WorkerRights s3:GetObjectVersion VendorFiles/*", self.found())

    def test_a_wider_resource(self):
        self.policy("ApiRights")[1]["Resource"] = {"Fn::Sub": "${Reports.Arn}/*"}
        self.assertIn("lacks ApiRights s3:PutObject Reports/*", self.found())

    def test_a_task_has_the_rights_of_its_roles_only(self):
        def policies(role, is_split):
            for entry in resources("AWS::IAM::Role")[role]["ManagedPolicyArns"]:
                condition, yes, no = entry.get("Fn::If", (None, entry, entry))
                yield (yes if {"IsSplit": is_split, "OwnKey": False}.get(condition, True) else no)["Ref"]

        self.assertEqual({*policies("PollerRole", True)} - {"AWS::NoValue"}, {"DatabaseRights", "PollerRights"})
        self.assertEqual({*policies("WorkerRole", True)} - {"AWS::NoValue"}, {"DatabaseRights", "WorkerRights"})
        self.assertEqual({*policies("ServiceRole", True)} - {"AWS::NoValue"}, {"DatabaseRights", "ApiRights"})
        self.assertEqual(
            {*policies("ServiceRole", False)} - {"AWS::NoValue"}, {"DatabaseRights", "ApiRights", "WorkerRights", "PollerRights"})

    def test_buckets_are_private_encrypted_and_keep_versions(self):
        for name, bucket in resources("AWS::S3::Bucket").items():
            self.assertEqual(bucket["VersioningConfiguration"], {"Status": "Enabled"}, name)
            self.assertEqual(set(bucket["PublicAccessBlockConfiguration"].values()), {True}, name)
            self.assertIn("ServerSideEncryptionConfiguration", bucket["BucketEncryption"], name)
            self.assertEqual({rule["Id"] for rule in bucket["LifecycleConfiguration"]["Rules"]}, {"OldVersions", "UnfinishedUploads"}, name)

    def test_tasks_that_disagree(self):
        self.container("WorkerTask")["Environment"] = [
            {**entry, "Value": "text"} if entry.get("Name") == "CATALOG_LOG_FORMAT" else entry
            for entry in self.container("WorkerTask")["Environment"]
        ]
        self.assertIn("WorkerTask has another CATALOG_LOG_FORMAT", self.found())

    def test_a_secret_in_the_environment(self):
        self.container("ServiceTask")["Environment"].append({"Name": "CATALOG_EVENTS_TOKEN", "Value": "t"})
        self.assertIn("CATALOG_EVENTS_TOKEN is a secret", self.found())

    def test_an_alarm_that_leads_nowhere(self):
        self.template["Resources"]["JobsDeadAlarm"]["Properties"]["AlarmDescription"] = "Bad. See docs/operations/queue.md#gone"
        self.assertIn("JobsDeadAlarm: there is no docs/operations/queue.md#gone", self.found())

    def test_an_alarm_that_cannot_fire(self):
        self.template["Resources"]["JobsDeadAlarm"]["Properties"]["MetricName"] = "jobs_dying"
        self.assertIn("JobsDeadAlarm: nothing counts jobs_dying", self.found())

    def test_an_event_that_nothing_logs(self):
        self.template["Resources"]["JobsDeadFilter"]["Properties"]["FilterPattern"] = '{ $.event = "job.died" }'
        self.assertIn("jobs_dead: nothing logs job.died", self.found())

    def test_a_command_that_is_no_shell(self):
        self.container("MigrateTask")["Command"] = ["if true; catalog"]
        self.assertIn("MigrateTask: ", self.found())


class CommandsTest(unittest.TestCase):
    """What the containers run, as the template has it."""

    def setUp(self):
        held = tempfile.TemporaryDirectory(dir="/var/tmp")
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        self.folder.chmod(0o755)
        (self.folder / "bin").mkdir()

    def run_task(self, task, **environment):
        (script,) = resources("AWS::ECS::TaskDefinition")[task]["ContainerDefinitions"][0]["Command"]
        return subprocess.run(
            ["/bin/sh", "-c", script], cwd=self.folder, text=True, capture_output=True,
            env={"PATH": f"{self.folder}/bin:{os.environ['PATH']}", **environment},
        )

    def put_catalog(self, path):
        (self.folder / "bin/catalog").symlink_to(path)

    def put_recorder(self):
        """Tells arguments and environment."""
        fake = self.folder / "fake"
        fake.write_text("#!/bin/sh\necho \"$@\"\nenv\n")
        fake.chmod(0o755)
        self.put_catalog(fake)

    def test_the_key_that_signs_links_becomes_a_profile_and_leaves_the_environment(self):
        self.put_recorder()
        file = self.folder / "credentials"
        ran = self.run_task(
            "ServiceTask", ROLES="api,worker", LINK_KEY_ID="AKIA", LINK_KEY_SECRET="s/e+c", AWS_SHARED_CREDENTIALS_FILE=str(file))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(ran.stdout.splitlines()[0], "serve --roles api,worker")
        self.assertNotIn("s/e+c", ran.stdout)
        self.assertEqual(file.read_text(), "[links]\naws_access_key_id = AKIA\naws_secret_access_key = s/e+c\n")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def test_the_secret_of_the_issuers_client_becomes_a_file_and_leaves_the_environment(self):
        self.put_recorder()
        file = self.folder / "client-secret"
        ran = self.run_task("ServiceTask", ROLES="", CLIENT_SECRET="s/e+c", CATALOG_OIDC_CLIENT_SECRET=f"file:{file}")
        self.assertIn("CATALOG_OIDC_CLIENT_SECRET=file:", ran.stdout, ran.stderr)
        self.assertNotIn("s/e+c", ran.stdout)
        self.assertEqual((file.read_text(), file.stat().st_mode & 0o777), ("s/e+c", 0o600))

    def test_each_target_with_a_name_becomes_a_setting_of_its_own(self):
        self.put_recorder()
        # A shell that took the question mark for a pattern would find this.
        (self.folder / "COLD=s3:").mkdir()
        (self.folder / "COLD=s3:/coldxregion=eu-central-1").touch()
        cold, far = "s3://cold?region=eu-central-1", "s3://far?endpoint=https://s3.acme.example&secret=arn:aws:x:1"
        for task in ("ServiceTask", "WorkerTask"):
            ran = self.run_task(task, ROLES="", RELAY_TARGETS=f"COLD={cold}  FAR_AWAY={far} ")
            told = [line for line in ran.stdout.splitlines() if "TARGET" in line]
            self.assertEqual(sorted(told), [f"CATALOG_RELAY_TARGET_COLD={cold}", f"CATALOG_RELAY_TARGET_FAR_AWAY={far}"], ran.stderr)

    @unittest.skipUnless(os.environ.get("CATALOG"), "CATALOG names no binary")
    def test_the_migration_gives_the_service_a_login_and_may_run_again(self):
        self.put_catalog(pathlib.Path(os.environ["CATALOG"]).resolve())
        base = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}

        def catalog(*arguments, **environment):
            return subprocess.run(
                ["catalog", *arguments], cwd=self.folder, env={**base, **environment}, check=True, text=True, capture_output=True,
            ).stdout.strip()

        conninfo = catalog("postgres", "start")
        self.addCleanup(lambda: catalog("postgres", "stop"))
        settings = {"CATALOG_DATABASE_URL": conninfo, "UPLOADS": "s3://acme-vendor-files/uploads/"}
        catalog("psql", "-qc", "create role rds_iam")
        question = "select string_agg(r.rolname, ',' order by 1) from pg_auth_members m join pg_roles r on r.oid = m.roleid where m.member = 'onboarding'::regrole"
        for _ in range(2):
            ran = self.run_task("MigrateTask", **settings)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertEqual(catalog("psql", "-Atc", question), "catalog_app,rds_iam")
        ran = self.run_task("MigrateTask", LOGIN_PASSWORD="it's", **settings)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertNotIn("it's", ran.stdout + ran.stderr)
        self.assertEqual(catalog("psql", "-Atc", "select rolpassword like 'SCRAM%' from pg_authid where rolname = 'onboarding'"), "t")
        self.assertIn("s3://acme-vendor-files/uploads/", catalog("route", "list", CATALOG_DATABASE_URL=conninfo))


if __name__ == "__main__":
    unittest.main()
