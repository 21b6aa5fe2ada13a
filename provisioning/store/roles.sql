-- The roles of `facet store`, which all of the server's databases share. As PostgreSQL's superuser:
--   sudo -u postgres psql -f roles.sql
-- They have no password: the units reach the database through its socket, as system users of the same names. For
-- another way in, set one with \password, and allow the role in pg_hba.conf.
do $$
declare
  role text;
begin
  foreach role in array array['facet_writer', 'facet_keeper', 'facet_reader'] loop
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I login', role);
    end if;
  end loop;
end $$;
comment on role facet_writer is 'facet store run: may insert observations, and read none';
comment on role facet_keeper is 'facet store expire and forget: may delete observations, and take names out of them';
comment on role facet_reader is 'Grafana: may read the views';
