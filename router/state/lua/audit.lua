#!lua flags=allow-oom
-- audit: does the conservation law hold in this partition? opened = settled + unsettled firings of incidents that are
-- due some day. An incident that lost its due time is given one (a lost wake-up must be impossible).
-- KEYS[1] P due.  ARGV: P, now.
-- Returns unaccounted, held, incidents by phase ("phase n" strings), age in s of the most overdue incident.
local P, now = ARGV[1], tonumber(ARGV[2])
local waiting, phases = 0, {}
for _, key in ipairs(redis.call('SMEMBERS', P .. 'open')) do
  local i = P .. 'i:' .. key
  if redis.call('ZSCORE', P .. 'due', key) then
    waiting = waiting + redis.call('SCARD', P .. 'u:' .. key)
  elseif redis.call('EXISTS', i) == 1 then
    redis.call('ZADD', P .. 'due', now, key)
  end
  local phase = redis.call('HGET', i, 'phase') or 'watching'
  phases[phase] = (phases[phase] or 0) + 1
end
local opened = tonumber(redis.call('HGET', P .. 'tally', 'opened') or '0')
local settled = tonumber(redis.call('HGET', P .. 'tally', 'settled') or '0')
local held = tonumber(redis.call('HGET', P .. 'tally', 'held') or '0')
local lines = {}
for phase, amount in pairs(phases) do lines[#lines + 1] = phase .. ' ' .. amount end
local oldest = redis.call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
local age = 0
if oldest[2] then age = math.max(0, now - tonumber(oldest[2])) end
return {opened - settled - waiting, held, lines, tostring(age)}
