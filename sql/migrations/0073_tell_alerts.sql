-- catalog: works-with 0031
-- Alerts reach those who run the service: which of them were told, and that they are over.
set local role catalog_owner;
create view jobs.all_alerts with (security_invoker = true) as
    select 'upkeep' as source, alert_id, kind, null::timestamptz as window_at, detail, raised_at, cleared_at from jobs.alerts
    union all
    select 'relay', alert_id, kind, window_at, detail, raised_at, cleared_at from relay.alerts;
comment on view jobs.all_alerts is 'the alerts of all parts of the service; one without cleared_at is still true';
grant select on jobs.all_alerts to catalog_auditor;

create table jobs.told_alerts (
    source text not null,
    alert_id bigint not null,
    told_at timestamptz not null default clock_timestamp(),
    end_told_at timestamptz,
    constraint told_alerts_pkey primary key (source, alert_id)
);
comment on table jobs.told_alerts is 'alerts that were sent to where CATALOG_ALERTS says: the outbox of those messages';
comment on column jobs.told_alerts.source is 'as in jobs.all_alerts';
comment on column jobs.told_alerts.told_at is 'the last time; once a day as long as the alert is true';
comment on column jobs.told_alerts.end_told_at is 'when it was told that the alert is over';
grant select on jobs.told_alerts to catalog_auditor;
