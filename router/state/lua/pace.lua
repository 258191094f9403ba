#!lua flags=allow-oom
-- pace: take one token from a bucket, unless the method is frozen by a Retry-After; shared by all replicas.
-- KEYS[1] bucket HASH {level, at}, KEYS[2] freeze STRING.  ARGV: now, tokens a second, burst.
-- Returns seconds to wait as a string, "0" when a token was taken.
local now, rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local frozen = tonumber(redis.call('GET', KEYS[2]) or '0')
if frozen > now then return tostring(frozen - now) end
local bucket = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = math.min(burst, (tonumber(bucket[1]) or burst) + math.max(0, now - (tonumber(bucket[2]) or now)) * rate)
if level < 1 then
  redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(now))
  return tostring((1 - level) / rate)
end
redis.call('HSET', KEYS[1], 'level', tostring(level - 1), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], 3600)
return '0'
