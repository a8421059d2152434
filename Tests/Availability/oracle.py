"""What must be true of every upload that a client was told was taken, whatever happened meanwhile."""

from load import BAD, GOOD
from machines import NotInTime, until

UNFINISHED = """
    select count(*) from catalog.upload_history u left join catalog.notifications n using (upload_id)
    where u.status not in ('completed', 'partial', 'failed') or n.state is distinct from 'sent'
        or exists (select from jobs.jobs j where j.state <> 'dead' and j.unique_key like '%:' || u.upload_id)
"""
RECORDS = """
    select upload_id, file_name, status, coalesce(valid_records, -1), coalesce(error_records, -1),
        (select count(*) from catalog.products p where p.upload_id = u.upload_id),
        (select count(distinct (row_number, error_type)) || '/' || count(*) from catalog.validation_errors e where e.upload_id = u.upload_id),
        (select count(*) from catalog.notifications n where n.upload_id = u.upload_id and n.state = 'sent'),
        (select count(*) from catalog.upload_events e where e.upload_id = u.upload_id and e.event = 'finished'),
        (select count(*) from catalog.upload_events e where e.upload_id = u.upload_id and e.event = 'notified'),
        (select count(*) from catalog.upload_events e where e.upload_id = u.upload_id and e.event = 'report.written')
    from catalog.upload_history u
"""
WANTED = ["partial", str(GOOD), str(BAD), str(GOOD), f"{BAD}/{BAD}", "1", "1", "1", "1"]
DEAD = "select count(*) from jobs.jobs where state = 'dead'"
HISTORY = "select coalesce(problem, '') from audit.verify_history()"
KINDS = ("lost", "doubled", "stuck", "wrong")


class Verdict:
    """Sentences, by what they say: lost, doubled, stuck, wrong."""

    def __init__(self):
        self.problems = {kind: [] for kind in KINDS}

    def add(self, kind, sentence):
        self.problems[kind].append(sentence)

    def __str__(self):
        return ", ".join(f"{len(found)} {kind}" for kind, found in self.problems.items() if found) or "none lost, doubled, stuck or wrong"

    def sentences(self):
        return [f"{kind}: {sentence}" for kind, found in self.problems.items() for sentence in found]


def judge(primary, uploads, untaken, limit):
    """Waits until everything has ended, and compares. `untaken`: names of files that no repetition got taken."""
    verdict = Verdict()
    for name in untaken:
        verdict.add("stuck", f"{name} was never taken")
    try:
        until("every upload ends", limit, lambda: primary.ask(UNFINISHED, limit=30) == ["0"])
    except NotInTime:
        verdict.add("stuck", f"{primary.ask(UNFINISHED)} uploads have not ended within {limit} s")
    lines = [line.split("|") for line in primary.ask(RECORDS, limit=60) or []]
    records, names = {line[0]: line for line in lines}, [line[1] for line in lines]
    for upload in uploads:
        compare(verdict, upload, records, names)
    for line in lines:
        if line[1].removesuffix(".csv") not in {upload.name for upload in uploads}:
            verdict.add("wrong", f"nobody sent {line[1]}")
    if primary.ask(DEAD) != ["0"]:
        verdict.add("wrong", f"dead jobs: {primary.ask('select kind, last_error from jobs.jobs where state = $$dead$$ limit 3')}")
    if (found := primary.ask(HISTORY, limit=60)) != [""]:
        verdict.add("wrong", f"the history does not hold: {found}")
    return verdict


def compare(verdict, upload, records, names):
    for sentence in upload.wrong:
        verdict.add("wrong", sentence)
    if names.count(f"{upload.name}.csv") > 1:
        verdict.add("doubled", f"{upload.name} is there {names.count(upload.name + '.csv')} times")
    if upload.id is None:
        return
    record = records.get(upload.id)
    if record is None:
        verdict.add("lost", f"{upload.name}, taken as {upload.id}")
    elif record[2:] != WANTED:
        verdict.add("wrong", f"{upload.name}: {record[2:]} instead of {WANTED}")
