#!lua flags=allow-oom
-- pace: take one token from every bucket, or from none; nothing while a Retry-After freezes the method. Shared by all
-- replicas. Who cannot wait and is refused is expected back: until then nobody else gets a token before them.
-- KEYS[1] freeze STRING, then one bucket HASH {level, at, kept} each; kept: until when it is kept for who cannot wait.
-- ARGV: now, 1 for who cannot wait (else 0), s after their wait until when they are back, then tokens a second, burst
--   and reserve of each: so many tokens are left for those who cannot wait.
-- Returns seconds to wait as a string, "0" when the tokens were taken.
local now, urgent, back = tonumber(ARGV[1]), ARGV[2] == '1', tonumber(ARGV[3])
local frozen = tonumber(redis.call('GET', KEYS[1]) or '0')
if frozen > now then return tostring(frozen - now) end

local levels, waits, wait = {}, {}, 0
for b = 2, #KEYS do
  local rate, burst = tonumber(ARGV[3 * b - 2]), tonumber(ARGV[3 * b - 1])
  local needed = math.min(burst, 1 + tonumber(ARGV[3 * b]))
  local bucket = redis.call('HMGET', KEYS[b], 'level', 'at', 'kept')
  local passed = math.max(0, now - (tonumber(bucket[2]) or now))
  levels[b] = math.min(burst, (tonumber(bucket[1]) or burst) + passed * rate)
  waits[b] = (needed - levels[b]) / rate
  wait = math.max(wait, waits[b], urgent and 0 or (tonumber(bucket[3]) or 0) - now)
end
for b = 2, #KEYS do
  if wait <= 0 then
    redis.call('HSET', KEYS[b], 'level', tostring(levels[b] - 1), 'at', ARGV[1])
    if urgent then redis.call('HDEL', KEYS[b], 'kept') end
    redis.call('EXPIRE', KEYS[b], 3600)
  elseif urgent and waits[b] > 0 then
    redis.call('HSET', KEYS[b], 'kept', tostring(now + wait + back))
    redis.call('EXPIRE', KEYS[b], 3600)
  end
end
return wait > 0 and tostring(wait) or '0'
