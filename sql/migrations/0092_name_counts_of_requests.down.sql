set local role catalog_owner;
comment on column enrichment.requests.usage is
    'what it had cost until then: {"calls", "credits", "unknownCalls", "savedInputs", "savedCredits"}; null: its calls say so';
