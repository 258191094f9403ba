#!lua flags=allow-oom
-- post: write a field of a weekly report that was not written before, under the newest lease token, which it renews.
-- KEYS[1] HASH of a week and team (postclaim.lua).  ARGV: token, lease s (0: give it back), field, value; without a
--   field only the lease changes.  Returns all fields and values as they are then, or nil when fenced.
local post = KEYS[1]
if redis.call('HGET', post, 'ltok') ~= ARGV[1] then return nil end
local clock = redis.call('TIME')
local real = tonumber(clock[1]) + tonumber(clock[2]) / 1e6
redis.call('HSET', post, 'luntil', string.format('%.6f', real + tonumber(ARGV[2])))
if ARGV[3] then redis.call('HSETNX', post, ARGV[3], ARGV[4]) end
return redis.call('HGETALL', post)
