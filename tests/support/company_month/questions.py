"""The definitions of the statistics as SQL, written from the definitions alone, over the exported Parquet.

`opened` makes a chain of views; what the tests ask are the last ones: by_rule, by_slo, by_team. All instants are Unix
seconds there. Nothing of the router is used.
"""

from pathlib import Path

import duckdb

_CONSTANTS = """
CREATE TABLE zones AS SELECT * FROM (VALUES {zones}) AS given(receiver, zone);
CREATE TABLE weeks AS SELECT * FROM (VALUES {weeks}) AS given(week, start, until);
CREATE TABLE moment AS SELECT {now} AS now;
"""

_FIRINGS = """
CREATE TABLE firing AS
SELECT row_number() OVER () AS id, source, rule, fingerprint, outcome, incident, receiver, human_verdict,
       epoch(started_at) AS start, epoch(ended_at) AS ended, coalesce(epoch(ended_at), now) AS until,
       epoch(notified_at) AS notified, epoch(acknowledged_at) AS acknowledged,
       epoch(guide_opened_at) AS guide, slos::JSON AS slos
FROM read_parquet('{folder}/firings.parquet'), moment
WHERE rule IS NOT NULL AND coalesce(labels::JSON ->> 'drill', '') <> 'true';

CREATE TABLE cover AS
SELECT id, each ->> 'id' AS slo, each ->> 'worst_verdict' AS worst
FROM (SELECT id, unnest(from_json(slos, '["JSON"]')) AS each FROM firing);
"""

_THREATS = """
CREATE TABLE snapshot AS
SELECT slo, epoch("at") AS "at", verdict, verdict IN ('threat_page', 'threat_ticket') AS bad,
       lead(epoch("at")) OVER (PARTITION BY slo ORDER BY "at") AS next
FROM read_parquet('{folder}/slos.parquet');

CREATE TABLE bad_span AS
WITH marked AS (
    SELECT *, bad IS DISTINCT FROM lag(bad) OVER (PARTITION BY slo ORDER BY "at") AS turns FROM snapshot
), numbered AS (
    SELECT *, sum(turns::INT) OVER (PARTITION BY slo ORDER BY "at") AS run FROM marked
)
SELECT slo, min("at") AS start, max(next) AS until, bool_or(verdict = 'threat_page') AS page
FROM numbered WHERE bad GROUP BY slo, run;

CREATE TABLE threat AS
WITH marked AS (
    SELECT *, coalesce(start - lag(until) OVER (PARTITION BY slo ORDER BY start) >= 1800, true) AS apart FROM bad_span
), numbered AS (
    SELECT *, sum(apart::INT) OVER (PARTITION BY slo ORDER BY start) AS number FROM marked
)
SELECT row_number() OVER () AS id, slo, min(start) AS start, max(until) AS until, bool_or(page) AS page
FROM numbered GROUP BY slo, number;
"""

_FACTS = """
CREATE TABLE fact AS
WITH said AS (
    SELECT id, bool_and(worst <> 'unknown') AS judged FROM cover GROUP BY id
), threatened AS (
    SELECT DISTINCT firing.id FROM firing JOIN cover USING (id) JOIN threat USING (slo)
    WHERE threat.start <= firing.until AND threat.until >= firing.start
), missed AS (
    SELECT DISTINCT firing.id FROM firing JOIN cover USING (id) JOIN threat USING (slo)
    WHERE outcome IN ('hold', 'drop') AND threat.start > firing.start AND threat.start <= firing.until + 1800
), told AS (
    SELECT *, notified IS NOT NULL AND outcome <> 'merge' AS told,
           -- Pressed once on an incident, a mark applies to every told firing of it.
           CASE WHEN notified IS NOT NULL AND outcome <> 'merge'
                THEN max(human_verdict) OVER (PARTITION BY receiver, incident) END AS mark
    FROM firing
), known AS (
    SELECT told.*, coalesce(said.judged, false) AS judged, threatened.id IS NOT NULL AS threatened,
           missed.id IS NOT NULL AS missed,
           acknowledged IS NOT NULL OR guide IS NOT NULL OR coalesce(mark = 'real', false) AS acted
    FROM told LEFT JOIN said USING (id) LEFT JOIN threatened USING (id) LEFT JOIN missed USING (id)
)
SELECT *, told AND NOT threatened AND (coalesce(mark = 'wolf', false) OR judged AND NOT acted) AS wolf,
       told AND NOT judged AND mark IS NULL AND NOT acted AS ignored
FROM known;
"""

_BY_RULE = """
CREATE VIEW by_rule AS
SELECT week, source, rule, count(*) AS firings,
       count(*) FILTER (told) AS told, count(*) FILTER (threatened) AS threatened, count(*) FILTER (judged) AS judged,
       count(*) FILTER (wolf) AS wolves, count(*) FILTER (outcome = 'drop') AS caught_wolves,
       count(*) FILTER (ignored) AS ignored, count(*) FILTER (missed) AS misses,
       count(*) FILTER (threatened AND judged) / nullif(count(*) FILTER (judged), 0) AS precision,
       count(*) FILTER (told AND acknowledged IS NOT NULL) / nullif(count(*) FILTER (told), 0) AS acknowledged_share,
       median(acknowledged - notified) FILTER (told AND acknowledged IS NOT NULL) AS time_to_acknowledge,
       count(*) FILTER (outcome = 'page') AS page, count(*) FILTER (outcome = 'ticket') AS ticket,
       count(*) FILTER (outcome = 'forward') AS forward, count(*) FILTER (outcome = 'hold') AS hold,
       count(*) FILTER (outcome = 'drop') AS drop, count(*) FILTER (outcome = 'merge') AS merge,
       count(*) FILTER (outcome = 'suppress') AS suppress
FROM fact JOIN weeks ON fact.start >= weeks.start AND fact.start < weeks.until
GROUP BY week, source, rule;
"""

_BY_SLO = """
CREATE VIEW seen AS
WITH announcing AS (
    SELECT threat.id, min(fact.start) AS first
    FROM threat JOIN cover USING (slo) JOIN fact ON fact.id = cover.id
    WHERE source <> 'slo' AND fact.start <= threat.until AND fact.until >= threat.start
      AND told AND notified < threat.until
    GROUP BY threat.id
), near AS (
    SELECT DISTINCT threat.id
    FROM threat JOIN cover USING (slo) JOIN fact ON fact.id = cover.id
    WHERE source <> 'slo' AND fact.start <= threat.until AND fact.until >= threat.start - 1800
)
SELECT threat.*, announcing.id IS NOT NULL AS announced, threat.start - announcing.first AS lead,
       page AND near.id IS NULL AS gap
FROM threat LEFT JOIN announcing USING (id) LEFT JOIN near USING (id);

CREATE VIEW blind AS
SELECT week, slo, sum(greatest(0, least(next, weeks.until) - greatest("at", weeks.start))) AS unknown
FROM snapshot, weeks WHERE verdict = 'unknown' GROUP BY week, slo;

CREATE VIEW by_slo AS
WITH every AS (SELECT DISTINCT slo, week, weeks.start, weeks.until FROM snapshot, weeks)
SELECT every.week, every.slo, count(seen.id) AS threats,
       count(*) FILTER (announced) / nullif(count(seen.id), 0) AS recall, median(lead) AS lead,
       count(*) FILTER (gap) AS gaps, any_value(coalesce(unknown, 0)) AS unknown
FROM every LEFT JOIN blind USING (week, slo)
     LEFT JOIN seen ON seen.slo = every.slo AND seen.start >= every.start AND seen.start < every.until
GROUP BY every.week, every.slo;
"""

_BY_TEAM = """
CREATE VIEW by_team AS
WITH incident AS (
    SELECT receiver, incident, min(notified) FILTER (outcome IN ('page', 'forward')) AS first,
           bool_and(wolf) FILTER (told) AS wolf, min(acknowledged) AS acknowledged
    FROM fact WHERE told GROUP BY receiver, incident
), placed AS (
    SELECT *, timezone(zone, to_timestamp(first)) AS local FROM incident JOIN zones USING (receiver)
    WHERE first IS NOT NULL
), judged AS (
    SELECT *, isodow(local) > 5 OR hour(local) < 8 OR hour(local) >= 18 AS off_hours,
           hour(local) < 8 OR hour(local) >= 22 AS night
    FROM placed
)
SELECT week, receiver, count(*) AS pages, count(*) FILTER (wolf) AS wolf_pages,
       count(*) FILTER (off_hours) AS off_hours, count(*) FILTER (night) AS night,
       count(*) FILTER (night AND wolf) AS night_wolves, median(acknowledged - first) AS time_to_acknowledge
FROM judged JOIN weeks ON first >= weeks.start AND first < weeks.until
GROUP BY week, receiver;
"""


def opened(
    folder: Path, weeks: dict[str, tuple[int, int]], zones: dict[str, str], now: float
) -> duckdb.DuckDBPyConnection:
    """Return a database with the answers; `weeks` by name from their first second to the first after it."""
    base = duckdb.connect()
    constants = {
        "zones": ", ".join(f"('{team}', '{zone}')" for team, zone in zones.items()),
        "weeks": ", ".join(f"('{week}', {start}, {until})" for week, (start, until) in weeks.items()),
        "now": now,
        "folder": folder,
    }
    for part in (_CONSTANTS, _FIRINGS, _THREATS, _FACTS, _BY_RULE, _BY_SLO, _BY_TEAM):
        base.execute(part.format(**constants) if "{" in part else part)
    return base
