-- catalog: works-with 0031
-- Counts of a result stand beside what a request has cost.
set local role catalog_owner;
comment on column enrichment.requests.usage is
    'of a request whose records are forgotten what it had cost: {"calls", "credits", "unknownCalls", "savedInputs", "savedCredits"}, of others its calls say so; of its last result how many records are what: {"records": {"matched", "noMatch", "notAsked", "failed"}}';
