-- catalog: allow constraint-missing-not-valid: an installation has a handful of routes
-- What a pipeline keeps with a route is its own business: one column for all of them, and no list of pipelines here.
set local role catalog_owner;

alter table intake.routes add column options jsonb not null default '{}';
comment on column intake.routes.options is 'what the pipeline was told about this route: its own names and values';

update intake.routes
set options = case pipeline
    when 'onboard' then jsonb_build_object('mode', mode, 'policy', policy)
    when 'enrich' then jsonb_build_object('providers', providers)
    else '{}' end;

alter table intake.routes drop constraint routes_pipeline_is_known;
alter table intake.routes add constraint routes_options_are_an_object check (jsonb_typeof(options) = 'object');
comment on column intake.routes.mode is 'not read any more: options has it';
comment on column intake.routes.policy is 'not read any more: options has it';
comment on column intake.routes.providers is 'not read any more: options has it';
