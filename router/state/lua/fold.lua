#!lua flags=allow-oom
-- fold: put packed rows in the place of an SLO's rows by minute, unless the day changed since it was read.
-- KEYS[1] the HASH of an SLO's UTC day (minute.lua).  ARGV: rev that was read, seconds it is kept from now on, n rows
--   that are packed now, their minutes; then field, value pairs. Returns 1, or 0 when it changed meanwhile.
local day = KEYS[1]
if redis.call('HGET', day, 'rev') ~= ARGV[1] then return 0 end
local n = 3 + tonumber(ARGV[3])
if n > 3 then redis.call('HDEL', day, unpack(ARGV, 4, n)) end
redis.call('HSET', day, unpack(ARGV, n + 1))
redis.call('HINCRBY', day, 'rev', 1)
redis.call('EXPIRE', day, ARGV[2])
return 1
