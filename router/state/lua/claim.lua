#!lua flags=allow-oom
-- claim: take due incidents under a fenced lease. A claimed incident stays due at the lease's end, so that a dead
-- worker's incident is looked at again by itself. Leases run on Redis' own clock, due times on the caller's.
-- KEYS[1] P due.  ARGV: P, now, owner, lease s, limit.  Returns a row (row.lua) for each.
local P, now, owner, lease = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local clock = redis.call('TIME')
local real = tonumber(clock[1]) + tonumber(clock[2]) / 1e6

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
      local again = string.format('%.6f', now + lease)
      redis.call('HSET', i, 'own', owner, 'luntil', string.format('%.6f', real + lease), 'ldue', again)
      redis.call('ZADD', P .. 'due', again, key)
      claimed[#claimed + 1] = row(P, key, token)
    end
  end
end
return claimed
