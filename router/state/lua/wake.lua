#!lua flags=allow-oom
-- wake: an SLO's verdict changed: look at every incident it covers now.
-- KEYS[1] P due.  ARGV: P, now, SLO id.  Returns how many of them have firing alerts that are not muted: an alert that
-- nobody hears of announces nothing.
local P, now = ARGV[1], ARGV[2]
local firing = 0
for _, key in ipairs(redis.call('SMEMBERS', P .. 'slo:' .. ARGV[3])) do
  local i = P .. 'i:' .. key
  if redis.call('EXISTS', i) == 0 then
    redis.call('SREM', P .. 'slo:' .. ARGV[3], key)
  else
    if is_heard(i) then firing = firing + 1 end
    due(P, key, now)
  end
end
return firing
