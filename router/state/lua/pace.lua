#!lua flags=allow-oom
-- pace: take one token from every bucket, or from none; nothing while a Retry-After freezes the method. Shared by all
-- replicas.
-- KEYS[1] freeze STRING, then one bucket HASH {level, at} each.  ARGV: now, then tokens a second, burst and reserve of
-- each: so many tokens are left for callers who cannot wait.
-- Returns seconds to wait as a string, "0" when the tokens were taken.
local now = tonumber(ARGV[1])
local frozen = tonumber(redis.call('GET', KEYS[1]) or '0')
if frozen > now then return tostring(frozen - now) end

local levels, wait = {}, 0
for b = 2, #KEYS do
  local rate, burst = tonumber(ARGV[3 * b - 4]), tonumber(ARGV[3 * b - 3])
  local needed = math.min(burst, 1 + tonumber(ARGV[3 * b - 2]))
  local bucket = redis.call('HMGET', KEYS[b], 'level', 'at')
  local passed = math.max(0, now - (tonumber(bucket[2]) or now))
  levels[b] = math.min(burst, (tonumber(bucket[1]) or burst) + passed * rate)
  wait = math.max(wait, (needed - levels[b]) / rate)
end
if wait > 0 then return tostring(wait) end
for b = 2, #KEYS do
  redis.call('HSET', KEYS[b], 'level', tostring(levels[b] - 1), 'at', ARGV[1])
  redis.call('EXPIRE', KEYS[b], 3600)
end
return '0'
