-- What each role may do, of those that exist. Applied whenever the schema is brought up to date.
do $$
begin
  if exists (select from pg_roles where rolname = 'facet_writer') then
    grant usage on schema facet to facet_writer;
    grant select on facet.migration to facet_writer;
    grant insert on facet.observation, facet.dead_letter to facet_writer;
    -- To keep only the newest letters, without reading what is in them.
    grant select (id), delete on facet.dead_letter to facet_writer;
  end if;
  if exists (select from pg_roles where rolname = 'facet_keeper') then
    grant usage on schema facet to facet_keeper;
    grant select, delete, update (faces) on facet.observation to facet_keeper;
    grant select, delete on facet.dead_letter to facet_keeper;
  end if;
  if exists (select from pg_roles where rolname = 'facet_reader') then
    grant usage on schema facet to facet_reader;
    grant select on facet.face, facet.attribute, facet.seen_per_day, facet.people_per_day, facet.silence,
      facet.attribute_frequency, facet.latency to facet_reader;
  end if;
end $$;
