#!lua flags=allow-oom
-- rewake: what keeps alerts quiet has changed: look at incidents with firing alerts now.
-- KEYS[1] P due.  ARGV: P, now, only those with alerts that can be inhibited (1/0).
-- Returns how many, and the version of the inhibiting alerts for which this was done, "" when there never was one.
local P, now, woken = ARGV[1], ARGV[2], 0
for _, key in ipairs(redis.call('SMEMBERS', P .. (ARGV[3] == '1' and 'tgt' or 'open'))) do
  if tonumber(redis.call('HGET', P .. 'i:' .. key, 'firing') or '0') > 0 then
    due(P, key, now)
    woken = woken + 1
  end
end
return {woken, redis.call('GET', P .. 'inhv') or ''}
