-- A hypertable's keys must have the time by which it is divided. made_at is a part of event_id, so that the key is as
-- unique as event_id alone.
alter table facet.observation drop constraint observation_pkey, add primary key (event_id, made_at);
select create_hypertable('facet.observation', 'made_at', chunk_time_interval => interval '7 days',
                         create_default_indexes => false, migrate_data => true);
