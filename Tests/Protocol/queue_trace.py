"""What happened to the rows of jobs.jobs, as PostgreSQL's write-ahead log has it, held against the rules of the queue's protocol.

A trace is the output of the plugin test_decoding (option include-timestamp) from a slot made before the first job. The log holds exactly
what was committed and survived, in the order of the commits: nothing has to be recorded by the service."""

import re
from datetime import datetime

COLUMN = re.compile(r"(\w+)\[[^\]]*(?:\[\])?\]:('(?:[^']|'')*'|\S+)")
CHANGE = re.compile(r"^table (\S+): (INSERT|UPDATE|DELETE):(.*)$", re.DOTALL)
FINAL = {"completed", "partial", "failed"}


def columns(text):
    """Of the new row: an old key stands before it where the key changed."""
    text = text.partition(" new-tuple:")[2] or text
    return {name: None if value == "null" else value.strip("'").replace("''", "'")
            for name, value in COLUMN.findall(text)}


def moment(text):
    text = text + ":00" if re.search(r"[+-]\d\d$", text) else text
    # Fractions come with any number of digits.
    return datetime.fromisoformat(re.sub(r"\.(\d+)", lambda match: "." + match[1].ljust(6, "0"), text))


def transactions(lines):
    """Lists of (table, verb, columns): one for each commit."""
    changes = []
    for line in lines:
        if line.startswith("BEGIN"):
            changes = []
        elif line.startswith("COMMIT"):
            yield changes
        elif match := CHANGE.match(line):
            changes.append((match[1], match[2], columns(match[3])))


class Replay:
    """The model's rows, moved by the trace. Problems are sentences; counts say what was seen."""

    def __init__(self):
        self.jobs, self.uploads, self.problems = {}, {}, []
        self.counts = dict.fromkeys(
            ["enqueued", "claimed", "claimed after the lease", "renewed", "lease ended by others", "finished", "tried again",
             "dead", "put back", "parked", "uploads ended"], 0)

    def run(self, lines):
        for changes in transactions(lines):
            ended = set()
            for table, verb, row in changes:
                if table == "jobs.jobs":
                    self.job(verb, row, ended)
            for table, verb, row in changes:
                if table == "catalog.upload_history" and verb == "UPDATE":
                    self.upload(row, ended)
            self.check_serial_keys()
            self.check_parked()
        return self

    def wrong(self, row, text):
        self.problems.append(f"job {row['job_id']}: {text}")

    def job(self, verb, row, ended):
        former = self.jobs.get(row["job_id"])
        if verb == "INSERT":
            if row["state"] != "ready" or row["attempt"] != "0":
                self.wrong(row, f"begins as {row['state']}, attempt {row['attempt']}")
            self.count("enqueued")
            self.jobs[row["job_id"]] = row
        elif former is None:
            self.wrong(row, f"{verb} of a row that is not there")
        elif verb == "DELETE":
            if former["state"] != "running":
                self.wrong(row, f"finished while {former['state']}")
            self.count("finished")
            ended.add(former["unique_key"])
            del self.jobs[row["job_id"]]
        else:
            # What was not changed and stands apart is left out of the log.
            row = {name: former[name] if value == "unchanged-toast-datum" else value for name, value in row.items()}
            getattr(self, f"from_{former['state']}_to_{row['state']}", self.forbidden)(former, row)
            if int(row["attempt"]) < int(former["attempt"]):
                self.wrong(row, "its attempt went back")
            self.jobs[row["job_id"]] = row

    def forbidden(self, former, row):
        self.wrong(row, f"{former['state']} became {row['state']}")

    def from_ready_to_running(self, former, row):
        self.count("claimed")
        self.must_raise(former, row)

    def from_running_to_running(self, former, row):
        if row["attempt"] == former["attempt"]:
            if row["worker_id"] != former["worker_id"]:
                self.wrong(row, f"attempt {row['attempt']} changed hands")
            grows = moment(row["lease_until"]) >= moment(former["lease_until"])
            self.count("renewed" if grows else "lease ended by others")
            return
        self.count("claimed after the lease")
        self.must_raise(former, row)
        if moment(row["lease_until"]) <= moment(former["lease_until"]):
            self.wrong(row, "claimed before its lease was over")

    def must_raise(self, former, row):
        if int(row["attempt"]) != int(former["attempt"]) + 1:
            self.wrong(row, f"claimed as attempt {row['attempt']} after {former['attempt']}")

    def must_keep(self, former, row):
        if row["attempt"] != former["attempt"]:
            self.wrong(row, f"became {row['state']} with another attempt")

    def from_running_to_ready(self, former, row):
        self.count("tried again")
        self.must_keep(former, row)

    def from_running_to_dead(self, former, row):
        self.count("dead")
        self.must_keep(former, row)
        if int(row["attempt"]) < int(row["max_attempts"]) and not row["last_error"]:
            self.wrong(row, "dead without a reason")

    def from_ready_to_parked(self, former, row):
        self.count("parked")
        self.must_keep(former, row)

    def from_parked_to_ready(self, former, row):
        self.must_keep(former, row)

    def from_dead_to_ready(self, former, row):
        self.count("put back")
        if int(row["max_attempts"]) <= int(row["attempt"]):
            self.wrong(row, "put back with no attempt left")

    def upload(self, row, ended):
        former, self.uploads[row["upload_id"]] = self.uploads.get(row["upload_id"]), row["status"]
        if row["status"] not in FINAL or former == row["status"]:
            return
        self.count("uploads ended")
        if former in FINAL:
            self.problems.append(f"upload {row['upload_id']}: ended as {former}, then as {row['status']}")
        if row["status"] != "failed" and f"onboard:{row['upload_id']}" not in ended:
            self.problems.append(f"upload {row['upload_id']}: loaded, but its job did not end in the same transaction")

    def check_serial_keys(self):
        running = [job["serial_key"] for job in self.jobs.values() if job["state"] == "running" and job["serial_key"]]
        for key in {key for key in running if running.count(key) > 1}:
            self.problems.append(f"serial key {key}: two jobs run at once")

    def check_parked(self):
        """After each commit: whoever is parked waits for a job that runs, or that may."""
        awake = {job["serial_key"] for job in self.jobs.values() if job["state"] in ("ready", "running")}
        for job in self.jobs.values():
            if job["state"] == "parked" and job["serial_key"] not in awake:
                self.wrong(job, "parked, and nobody will put it back")

    def check_end(self):
        """Nobody works any more: what has not ended is lost."""
        for job in self.jobs.values():
            if job["state"] != "dead" and not job["unique_key"].count("@"):
                self.wrong(job, f"left {job['state']}")
        for upload, status in self.uploads.items():
            if status not in FINAL:
                self.problems.append(f"upload {upload}: left {status}")
        return self

    def count(self, name):
        self.counts[name] += 1


def damaged(lines):
    """The trace with one thing wrong in each: what was broken, and its lines. Shows that the rules can be broken."""
    def places(verb, test=lambda row: True):
        for place, line in enumerate(lines):
            match = CHANGE.match(line)
            if match and (match[1], match[2]) == ("jobs.jobs", verb) and test(columns(match[3])):
                yield place

    # One of a job that was done, since another may be dead, and has no time in its key: those are left at the end.
    done = {columns(CHANGE.match(lines[place])[3])["job_id"] for place in places("DELETE")}
    claim = next(places("UPDATE", lambda row: row["state"] == "running" and row["attempt"] == "1" and row["serial_key"]
                        and row["job_id"] in done and "@" not in row["unique_key"]))
    job = columns(CHANGE.match(lines[claim])[3])["job_id"]
    finish = next(places("DELETE", lambda row: row["job_id"] == job))
    ended = next(place for place, line in enumerate(lines) if "upload_history: UPDATE" in line and ":'completed'" in line)
    yield "a claim is missing", lines[:claim] + lines[claim + 1:]
    yield "a claim raises nothing", lines[:claim] + [lines[claim].replace("attempt[integer]:1", "attempt[integer]:0")] + lines[claim + 1:]
    yield "a job ends twice", lines[:finish] + [lines[finish]] + lines[finish:]
    yield "a job never ends", lines[:finish] + lines[finish + 1:]
    yield "a serial key runs twice", twice(lines, claim)
    yield "an upload is loaded apart from its job", ["BEGIN", lines[ended], "COMMIT"] + lines


def twice(lines, claim):
    """A second job with the key of the first, claimed with it."""
    other = lines[claim].replace("job_id[bigint]:", "job_id[bigint]:9")
    insert = other.replace("UPDATE", "INSERT").replace("'running'", "'ready'").replace("attempt[integer]:1", "attempt[integer]:0")
    return ["BEGIN", insert, "COMMIT"] + lines[:claim + 1] + [other] + lines[claim + 1:]
