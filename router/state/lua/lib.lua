-- Shared by every script of a partition; prepended to each. All keys carry the partition's hash tag, so one script
-- touches one slot. Keys (P is "ar:{n}:", K an incident key, F a fingerprint, C a class id):
--   P due        ZSET   incident key -> next look (Unix s); every unfinished incident is in it (liveness)
--   P open       SET    incident keys that exist
--   P i:K        HASH   incident: id meta opened gen rev firing muted total phase ended lead lrank c:<class> n:<class>
--                       told mind hand intent mm (opaque here), acted, quiet and the lease: own ltok luntil ldue.
--                       rev is the instant (Redis' clock, µs) of the last change of its records, never the same twice;
--                       muted: how many of those firing are in a muted class; acted: how many acts were ever taken;
--                       quiet: 1 where its route tells nobody at this time
--   P act:K      LIST   what people did about K and no look has taken notice of yet (JSON), oldest first
--   P did:K:A    STRING act A on K is known (for an hour)
--   P a:K        HASH   F -> record (below), or F~gen -> record of an earlier, still unsettled firing of F
--   P b:K        HASH   F -> body JSON, P k:K HASH rule -> kind "firing|total|alerts|first|last|where"
--   P u:K:C      SET    record names of firings without a settled outcome: new, or over while held
--   P h:K:C      SET    record names of firings that are held and still fire
--   P where      HASH   F -> incident keys that hold its firing now, one a line
--   P inh        HASH   F -> incident key of its firing, for alerts that can inhibit others; P inhv STRING its version
--   P tgt        SET    incident keys with firing alerts that can be inhibited (one too many is possible)
--   P x          ZSET   F@K -> when it resolves by itself (Alertmanager API v2)
--   P t:F        STRING tombstone "starts|ends|stale" of the newest resolve whose firing is not known, or is forgotten
--   P slo:S      SET    incident keys with a class that SLO S covers
--   P tally      HASH   opened settled and o:<outcome>:<reason>
--   P log        STREAM log of kinds decision, act and firing; P w STRING witness counter
--   P arc        HASH   how far the log is archived: id (the last row that is), kept (rows up to it that still stand in
--                       the log), lost (firings and acts that went unarchived, because the log was full), aside (how many
--                       rows the archive could not understand)
--   P aside      STREAM rows of the log that the archive could not understand, with the problem
-- A record is "status|starts|latest|ends|bodyhash|class|accepted|outcome|reason|told|copy|stale|would|held|rule".
-- Status: f firing, r resolved, x expired (the source went silent). Copies of one firing may differ in their start: the
-- earliest and the latest are kept. The reason of a held one is that of its first hold; held is when it was first held.
-- A firing that is kept quiet is stored as a held one, with the reason of that (MUTES). Muted by a silence or another
-- alert it is in a class of its own, the muted twin "ms.C" or "mi.C" of its class C.

local STALE_S = 300
-- Behind what is archived the log is shortened sooner (advance); this guards the memory when nobody archives.
local LOG_MOST = 100000
local RECORD = '^' .. string.rep('([^|]*)|', 14) .. '(.*)$'

local function read(text)
  if not text then return nil end
  local r = {}
  r.st, r.sa, r.la, r.ea, r.bh, r.cid, r.at, r.out, r.why, r.told, r.copy, r.stale, r.would, r.held, r.rule =
    string.match(text, RECORD)
  return r
end

local function write(r)
  return table.concat({r.st, r.sa, r.la, r.ea, r.bh, r.cid, r.at, r.out, r.why, r.told, r.copy, r.stale, r.would,
    r.held, r.rule}, '|')
end

-- A look is due at `at`, or earlier if one was already planned.
local function due(P, key, at)
  redis.call('ZADD', P .. 'due', 'LT', at, key)
end

local function tally(P, field, n)
  if n ~= 0 then redis.call('HINCRBY', P .. 'tally', field, n) end
end

local MUTES = {silence = true, inhibition = true, mute_time = true}

-- The class of which this one is the muted twin, else the class itself.
local function base(cid) return (string.gsub(cid, '^m[si]%.', '')) end

local function acts_of(P, key) return P .. 'act:' .. key end
local function waiting(P, key, cid) return P .. 'u:' .. key .. ':' .. cid end
local function held(P, key, cid) return P .. 'h:' .. key .. ':' .. cid end

-- Rows that are archived go first; else the oldest goes for ever, and is counted unless it was a mere decision.
local function shorten(P)
  local arc, log = P .. 'arc', P .. 'log'
  for _ = LOG_MOST + 1, redis.call('XLEN', log) do
    if tonumber(redis.call('HGET', arc, 'kept') or '0') > 0 then
      redis.call('HINCRBY', arc, 'kept', -1)
    else
      local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
      if oldest[2][2] ~= 'decision' then redis.call('HINCRBY', arc, 'lost', 1) end
    end
    redis.call('XTRIM', log, 'MAXLEN', '=', redis.call('XLEN', log) - 1)
  end
end

-- Add a row to the log: field, value, ... of which the first is its kind.
local function append(P, ...)
  redis.call('XADD', P .. 'log', '*', ...)
  if redis.call('XLEN', P .. 'log') > LOG_MOST then shorten(P) end
end

-- The end of a settled firing: one line of history. `body` is its newest body, nil for the stored one. ARGV[2] is now in
-- every script that ends firings.
local function log_firing(P, key, name, r, body)
  local fp = string.match(name, '^[^~]*')
  body = body or redis.call('HGET', P .. 'b:' .. key, fp) or '{}'
  local head = redis.call('HMGET', P .. 'i:' .. key, 'id', 'meta', 'c:' .. r.cid)
  append(P, 'kind', 'firing', 'incident', head[1] or '', 'fp', fp, 'record', write(r), 'body', body, 'meta',
    head[2] or '{}', 'class', head[3] or '', 'at', ARGV[2])
end

-- Whether an incident (the key of its hash) has firing alerts that people can hear of.
local function is_heard(i)
  local sums = redis.call('HMGET', i, 'firing', 'muted', 'quiet')
  return not sums[3] and tonumber(sums[1] or '0') > tonumber(sums[2] or '0')
end

-- A firing is settled when it has an outcome other than hold.
local function is_settled(r) return r.out ~= '' and r.out ~= 'hold' end
