#!lua flags=allow-oom
-- act: store what somebody did about an incident, once, and make the incident due.
-- KEYS[1] P due.  ARGV: P, now, incident key, its spoken id, act id, act JSON, how many may wait, and for a mark the
--   log's entry: a mark counts although its incident is forgotten ("" for any other act).
-- Returns stored, repeated (it was stored before), late (a mark, in the log only), gone (there is no such incident any
-- more) or full.
local P, now, key, act = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
local did = P .. 'did:' .. key .. ':' .. act
-- Prolonged even when known, so that there is a write whose arrival on disk can be waited for.
if redis.call('EXPIRE', did, 3600) == 1 then return 'repeated' end
if redis.call('HGET', P .. 'i:' .. key, 'id') ~= ARGV[4] then
  if ARGV[8] == '' then return 'gone' end
  redis.call('SET', did, '1', 'EX', 3600)
  append(P, 'kind', 'act', 'entry', ARGV[8])
  return 'late'
end
if redis.call('LLEN', acts_of(P, key)) >= tonumber(ARGV[7]) then return 'full' end
redis.call('SET', did, '1', 'EX', 3600)
redis.call('RPUSH', acts_of(P, key), ARGV[6])
due(P, key, now)
return 'stored'
