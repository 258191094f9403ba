#!lua
-- minute: keep what an SLO said in a minute: the loudest threat, else the newest.
-- KEYS[1] the HASH of an SLO's UTC day: minute of the day -> row (its first byte tells how loud it is), rev (counts
--   every change), packed (1 while no row is left beside the packed ones), and what fold.lua packed.
-- ARGV: minute, row.  Returns 1 when the day had no row to pack until now (it must be noted for folding), else 0.
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before and string.byte(before) > string.byte(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('HINCRBY', KEYS[1], 'rev', 1) == 1 then return 1 end
return redis.call('HDEL', KEYS[1], 'packed')
