#!lua flags=allow-oom
-- store: put one field of a day of history, unless somebody else has changed it since it was read.
-- KEYS[1] the day's HASH.  ARGV: field, SHA-1 of what was read ("" for nothing), value, field that the old value moves to
--   ("" to replace it), s that the day is kept from now on, at least.
-- Returns 1, or 0 when it is not what was read.
local field, read, value, moved, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local old = redis.call('HGET', KEYS[1], field)
if (old and redis.sha1hex(old) or '') ~= read then return 0 end
if old and moved ~= '' then redis.call('HSET', KEYS[1], moved, old) end
redis.call('HSET', KEYS[1], field, value)
redis.call('EXPIRE', KEYS[1], ttl, 'NX')
redis.call('EXPIRE', KEYS[1], ttl, 'GT')
return 1
