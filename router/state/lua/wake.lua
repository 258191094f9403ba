#!lua flags=allow-oom
-- wake: an SLO's verdict changed: look at every incident it covers now.
-- KEYS[1] P due.  ARGV: P, now, SLO id.  Returns how many of them have firing alerts that are not muted: an alert that
-- nobody hears of announces nothing.
local P, now = ARGV[1], ARGV[2]
local firing = 0
for _, key in ipairs(redis.call('SMEMBERS', P .. 'slo:' .. ARGV[3])) do
  local sums = redis.call('HMGET', P .. 'i:' .. key, 'firing', 'muted')
  if not sums[1] then
    redis.call('SREM', P .. 'slo:' .. ARGV[3], key)
  else
    if tonumber(sums[1]) > tonumber(sums[2] or '0') then firing = firing + 1 end
    due(P, key, now)
  end
end
return firing
