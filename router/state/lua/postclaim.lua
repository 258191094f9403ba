#!lua flags=allow-oom
-- postclaim: take a weekly report under a fenced lease, on Redis' own clock, unless it is finished or in other hands.
-- KEYS[1] HASH of a week and team: ltok own luntil, p:<part> -> when its post was begun, d:<part> -> where it stands
--   (JSON), finished.  ARGV: owner, lease s, seconds it is kept from now on.
-- Returns {token, fields and values}, or nil. An owner that claims again gets a newer token, which fences its older one.
local post, owner = KEYS[1], ARGV[1]
local known = redis.call('HMGET', post, 'own', 'luntil', 'finished')
if known[3] then return nil end
local clock = redis.call('TIME')
local real = tonumber(clock[1]) + tonumber(clock[2]) / 1e6
if known[1] and known[1] ~= owner and tonumber(known[2]) > real then return nil end
local token = redis.call('HINCRBY', post, 'ltok', 1)
redis.call('HSET', post, 'own', owner, 'luntil', string.format('%.6f', real + tonumber(ARGV[2])))
redis.call('EXPIRE', post, ARGV[3])
return {token, redis.call('HGETALL', post)}
