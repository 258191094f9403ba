#!lua
-- review: keep a week's review with its charts, in the place of an earlier one; a newer one stands.
-- KEYS[1] HASH of a week and team.  ARGV: as of (Unix s), seconds it is kept from now on; then field, value pairs.
-- Returns 1 when it is stored, 0 when a newer one is there.
local before = redis.call('HGET', KEYS[1], 'as_of')
if before and tonumber(before) > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'as_of', ARGV[1], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
