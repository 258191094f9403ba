#!lua flags=allow-oom
-- silence: store a silence if it is still what the caller has seen; an answer that got lost may be asked for again.
-- KEYS[1] silences HASH id -> JSON; its version is beside it.  ARGV: id, JSON, updated_at of the one that is replaced
--   ("" when there must be none).  Returns 1 when it is stored.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored == ARGV[2] then return 1 end
local seen = stored and cjson.decode(stored).updated_at
if seen ~= tonumber(ARGV[3]) and (seen or ARGV[3] ~= '') then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('INCR', KEYS[1] .. ':version')
return 1
