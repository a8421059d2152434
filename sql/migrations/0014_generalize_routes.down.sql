set local role catalog_owner;

update intake.routes
set mode = coalesce(options ->> 'mode', 'create'), policy = coalesce(options ->> 'policy', 'load-valid'),
    providers = coalesce(array(select jsonb_array_elements_text(options -> 'providers')), '{}');
delete from intake.routes where pipeline not in ('onboard', 'enrich', 'relay');

comment on column intake.routes.mode is 'of uploads that arrive here: create or upsert';
comment on column intake.routes.policy is null;
comment on column intake.routes.providers is 'of enrichment: who is asked, in order; all providers if it is empty';
alter table intake.routes drop column options;
alter table intake.routes
    add constraint routes_pipeline_is_known check (pipeline in ('onboard', 'enrich', 'relay'));
