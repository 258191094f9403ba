-- Shared by every script of a partition; prepended to each. All keys carry the partition's hash tag, so one script
-- touches one slot. Keys (P is "ar:{n}:", K an incident key, F a fingerprint):
--   P due        ZSET   incident key -> next look (Unix s); every unfinished incident is in it (liveness)
--   P open       SET    incident keys that exist
--   P i:K        HASH   incident: id meta opened gen firing total phase ended lead lrank c:<class> n:<class>
--                       told mem intent (JSON, opaque here) and the lease: own ltok luntil
--   P a:K        HASH   F -> record (below), P b:K HASH F -> body JSON, P k:K HASH rule -> kind record
--   P u:K        SET    F of firings that have no settled outcome yet (new or held)
--   P where      HASH   F -> incident key that holds its firing now
--   P x          ZSET   F@K -> when it resolves by itself (Alertmanager API v2)
--   P t:F        STRING tombstone "starts|ends|stale" of a resolve without a firing, or of a forgotten incident
--   P slo:S      SET    incident keys with a class that SLO S covers
--   P tally      HASH   opened settled held and o:<outcome>:<reason>
--   P log        STREAM capped decision log; P w STRING witness counter
-- A record is "status|starts|ends|bodyhash|class|accepted|outcome|reason|told|copy|stale|would|held".
-- Status: f firing, r resolved, x expired (the source went silent).

local STALE_S = 300
local LOG_CAP = 20000
local RECORD = '^(.-)|(.-)|(.-)|(.-)|(.-)|(.-)|(.-)|(.-)|(.-)|(.-)|(.-)|(.-)|(.*)$'

local function read(text)
  if not text then return nil end
  local r = {}
  r.st, r.sa, r.ea, r.bh, r.cid, r.at, r.out, r.why, r.told, r.copy, r.stale, r.would, r.held = string.match(text, RECORD)
  return r
end

local function write(r)
  return table.concat({r.st, r.sa, r.ea, r.bh, r.cid, r.at, r.out, r.why, r.told, r.copy, r.stale, r.would, r.held}, '|')
end

-- A look is due at `at`, or earlier if one was already planned.
local function due(P, key, at)
  redis.call('ZADD', P .. 'due', 'LT', at, key)
end

local function tally(P, field, n)
  if n ~= 0 then redis.call('HINCRBY', P .. 'tally', field, n) end
end

-- The end of a settled firing: one line of history.
local function log_firing(P, key, fp, r)
  local body = redis.call('HGET', P .. 'b:' .. key, fp) or '{}'
  local id = redis.call('HGET', P .. 'i:' .. key, 'id') or ''
  local meta = redis.call('HGET', P .. 'i:' .. key, 'meta') or '{}'
  redis.call('XADD', P .. 'log', 'MAXLEN', '~', LOG_CAP, '*',
    'kind', 'firing', 'incident', id, 'fp', fp, 'record', write(r), 'body', body, 'meta', meta)
end

local function kind_change(P, key, body_kind, firing, total, now, where)
  local k = P .. 'k:' .. key
  local f, t, first, w = 0, 0, now, where
  local cur = redis.call('HGET', k, body_kind)
  if cur then
    local a, b, c, _, e = string.match(cur, '^(.-)|(.-)|(.-)|(.-)|(.*)$')
    f, t, first, w = tonumber(a), tonumber(b), c, e
  end
  redis.call('HSET', k, body_kind, table.concat({f + firing, t + total, first, now, w}, '|'))
end

-- Close a firing: `status` r (its source said so) or x (it went silent).
local function close(P, key, fp, r, status, ends, rule, now)
  local i = P .. 'i:' .. key
  r.st, r.ea = status, ends
  redis.call('HSET', P .. 'a:' .. key, fp, write(r))
  redis.call('HINCRBY', i, 'gen', 1)
  redis.call('HINCRBY', i, 'firing', -1)
  redis.call('HINCRBY', i, 'n:' .. r.cid, -1)
  kind_change(P, key, rule, -1, 0, now, '')
  if redis.call('HGET', P .. 'where', fp) == key then redis.call('HDEL', P .. 'where', fp) end
  redis.call('ZREM', P .. 'x', fp .. '@' .. key)
  if r.copy == '0' and redis.call('SISMEMBER', P .. 'u:' .. key, fp) == 0 then log_firing(P, key, fp, r) end
  due(P, key, now)
end
