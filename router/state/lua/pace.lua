#!lua flags=allow-oom
-- pace: take one token from every bucket, or from none; nothing while a Retry-After freezes the method. Shared by all
-- replicas. Who posts stands in a line: tokens are taken in the order in which they were first asked for, those ahead
-- before all others; who has not asked again when it was told to has left.
-- KEYS[1] freeze STRING, then with a line: ZSET who -> since and ZSET who -> until when it may be waited for; then one
--   bucket HASH {level, at} each.  ARGV: now, who ("" without a line), 1 for ahead, then tokens a second, burst and
--   reserve of each bucket: so many tokens are left for callers who cannot wait.
-- Returns seconds to wait as a string, "0" when the tokens were taken.
local now, who = tonumber(ARGV[1]), ARGV[2]
local lined = who ~= ''
local first, late_s, far = lined and 4 or 2, 15, 50

-- How many are in front; nobody stands still for who should have come back a second ago.
local function place()
  if not lined then return 0 end
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
    redis.call('ZREM', KEYS[2], name)
    redis.call('ZREM', KEYS[3], name)
  end
  redis.call('ZADD', KEYS[2], 'NX', ARGV[3] == '1' and now - 1e9 or now, who)
  local rank = redis.call('ZRANK', KEYS[2], who)
  if rank == 0 or rank > far then return rank end
  local in_front = 0
  for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, rank - 1)) do
    local waited_for = tonumber(redis.call('ZSCORE', KEYS[3], name) or '0')
    if waited_for - late_s > now - 1 then in_front = in_front + 1 end
  end
  return in_front
end

local function put_off(seconds)
  if lined then
    redis.call('ZADD', KEYS[3], now + seconds + late_s, who)
    redis.call('EXPIRE', KEYS[2], 3600)
    redis.call('EXPIRE', KEYS[3], 3600)
  end
  return tostring(seconds)
end

local in_front = place()
local frozen = tonumber(redis.call('GET', KEYS[1]) or '0')
if frozen > now then return put_off(frozen - now) end

local levels, wait = {}, 0
for b = first, #KEYS do
  local at = 4 + 3 * (b - first)
  local rate, burst = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local needed = math.min(burst, 1 + tonumber(ARGV[at + 2])) + (b == first and in_front or 0)
  local bucket = redis.call('HMGET', KEYS[b], 'level', 'at')
  local passed = math.max(0, now - (tonumber(bucket[2]) or now))
  levels[b] = math.min(burst, (tonumber(bucket[1]) or burst) + passed * rate)
  wait = math.max(wait, (needed - levels[b]) / rate)
end
if wait > 0 then return put_off(wait) end
if lined then
  redis.call('ZREM', KEYS[2], who)
  redis.call('ZREM', KEYS[3], who)
end
for b = first, #KEYS do
  redis.call('HSET', KEYS[b], 'level', tostring(levels[b] - 1), 'at', ARGV[1])
  redis.call('EXPIRE', KEYS[b], 3600)
end
return '0'
