-- What an owner asks. A day is one of the session's time zone.

create view facet.face as
select o.event_id, o.base_topic, o.node, o.seen_at, f.number,
       (f.face ->> 'primary')::boolean as is_primary,
       (f.face ->> 'quality')::double precision as quality,
       f.face ->> 'hair_color' as hair_color,
       f.face ->> 'facial_hair' as facial_hair,
       f.face #>> '{person,result}' as recognition,
       f.face #>> '{person,id}' as person_id,
       f.face #>> '{person,name}' as person,
       coalesce(f.face -> 'attributes', '{}') as attributes
from facet.observation o
cross join lateral jsonb_array_elements(o.faces) with ordinality f (face, number);

create view facet.attribute as
select f.event_id, f.base_topic, f.node, f.seen_at, f.number, a.attribute,
       (a.answer ->> 'probability')::double precision as probability,
       (a.answer ->> 'present')::boolean as is_present,
       coalesce((a.answer ->> 'offered')::boolean, true) as is_offered
from facet.face f
cross join lateral jsonb_each(f.attributes) a (attribute, answer);

-- What was seen, by day and node; how often nobody was.
create view facet.seen_per_day as
select date_trunc('day', seen_at) as day, base_topic, node,
       count(*) as observations,
       sum(face_count) as faces,
       count(*) filter (where result = 'face') as with_face,
       count(*) filter (where result = 'no_face') as without_face,
       count(*) filter (where result in ('too_small', 'too_dark', 'too_blurred')) as not_judged,
       count(*) filter (where result in ('camera_unavailable', 'privacy', 'failed')) as without_picture,
       count(*) filter (where result = 'no_face')::double precision
         / nullif(count(*) filter (where result not in ('camera_unavailable', 'privacy', 'failed')), 0) as no_face_share
from facet.observation
group by 1, 2, 3;

-- Who was seen, by day and node. Whoever is not known has no name here, and counts by the result.
create view facet.people_per_day as
select date_trunc('day', seen_at) as day, base_topic, node, recognition, person_id, max(person) as person,
       count(distinct event_id) as observations, min(seen_at) as first_seen, max(seen_at) as last_seen
from facet.face
where recognition is not null
group by 1, 2, 3, 4, 5;

-- Which nodes are silent: for longer than twice their longest pause of the last 30 days, and for an hour at least.
create view facet.silence as
with pause as (
  select base_topic, node, received_at,
         received_at - lag(received_at) over (partition by base_topic, node order by received_at) as before
  from facet.observation
  where received_at > now() - interval '30 days'
), heard as (
  select base_topic, node, max(received_at) as last_heard, max(before) as longest_pause
  from pause group by 1, 2
), every as (
  select base_topic, node, max(received_at) as last_heard from facet.observation group by 1, 2
)
select e.base_topic, e.node, e.last_heard, now() - e.last_heard as silent_for, h.longest_pause,
       now() - e.last_heard > greatest(2 * coalesce(h.longest_pause, interval '0'), interval '1 hour') as is_silent
from every e left join heard h using (base_topic, node);

-- How often an attribute is present, of the faces of which it was judged; only what is offered.
create view facet.attribute_frequency as
select date_trunc('day', seen_at) as day, base_topic, node, attribute,
       count(*) as judged,
       count(*) filter (where is_present) as present,
       count(*) filter (where is_present)::double precision / count(*) as share
from facet.attribute
where is_offered
group by 1, 2, 3, 4;

-- Milliseconds from the trigger to the observation, and seconds until the node could send it.
create view facet.latency as
select date_trunc('day', seen_at) as day, base_topic, node, count(*) as observations,
       percentile_cont(0.5) within group (order by (timings ->> 'total')::double precision) as median_ms,
       percentile_cont(0.95) within group (order by (timings ->> 'total')::double precision) as p95_ms,
       max((timings ->> 'total')::double precision) as longest_ms,
       max(waited) as longest_wait
from facet.observation
group by 1, 2, 3;

-- Whether a face may be somebody's, by name or id: the one who is known, or one of two candidates.
create function facet.may_show(face jsonb, who text) returns boolean language sql immutable as $$
  select coalesce(
    face #>> '{person,id}' = who or face #>> '{person,name}' = who or face #> '{person,candidates}' ? who, false)
$$;
