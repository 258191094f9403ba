#!lua flags=allow-oom
-- claim: take due incidents under a fenced lease. A claimed incident stays due at the lease's end, so that a dead
-- worker's incident is looked at again by itself. Leases run on Redis' own clock, due times on the caller's.
-- KEYS[1] P due.  ARGV: P, now, owner, lease s, limit.  Returns for each: key, lease token, HGETALL of the incident,
-- HGETALL of its kinds, class id and number of its firings without a settled outcome, one after the other.
local P, now, owner, lease = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local clock = redis.call('TIME')
local real = tonumber(clock[1]) + tonumber(clock[2]) / 1e6

local function unsettled(key, fields)
  local counts = {}
  for f = 1, #fields, 2 do
    local cid = string.match(fields[f], '^c:(.*)$')
    if cid then
      counts[#counts + 1] = cid
      counts[#counts + 1] = redis.call('SCARD', waiting(P, key, cid)) + redis.call('SCARD', held(P, key, cid))
    end
  end
  return counts
end

local claimed = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', ARGV[2], 'LIMIT', 0, ARGV[5])) do
  local i = P .. 'i:' .. key
  if redis.call('EXISTS', i) == 0 then
    redis.call('ZREM', P .. 'due', key)
  else
    local busy = tonumber(redis.call('HGET', i, 'luntil') or '0')
    if busy > real then
      redis.call('ZADD', P .. 'due', now + math.min(busy - real, 1), key)
    else
      local token = redis.call('HINCRBY', i, 'ltok', 1)
      redis.call('HSET', i, 'own', owner, 'luntil', string.format('%.6f', real + lease))
      redis.call('ZADD', P .. 'due', now + lease, key)
      local fields = redis.call('HGETALL', i)
      claimed[#claimed + 1] = {key, token, fields, redis.call('HGETALL', P .. 'k:' .. key), unsettled(key, fields)}
    end
  end
end
return claimed
