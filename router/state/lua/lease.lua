#!lua flags=allow-oom
-- lease: hold or renew a named lease; at most one owner at a time, on Redis' own clock.
-- KEYS[1] the lease STRING.  ARGV: owner, ms.  Returns 1 when held.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
