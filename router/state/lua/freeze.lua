#!lua flags=allow-oom
-- freeze: pause a method until an instant; an earlier pause never shortens a longer one.
-- KEYS[1] freeze STRING.  ARGV: until (Unix s), ms from now.
local before = tonumber(redis.call('GET', KEYS[1]) or '0')
if before < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
