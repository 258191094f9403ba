#!lua flags=allow-oom
-- audit: does the conservation law hold in this partition? opened = settled + unsettled firings of incidents that are
-- due some day. An incident that lost its due time is given one (a lost wake-up must be impossible).
-- KEYS[1] P due.  ARGV: P, now.
-- Returns unaccounted, held, incidents by phase ("phase n" strings), age in s of the most overdue incident.
local P, now = ARGV[1], tonumber(ARGV[2])
local unsettled, holding, phases = 0, 0, {}

local function count(key)
  for _, name in ipairs(redis.call('HKEYS', P .. 'i:' .. key)) do
    local cid = string.match(name, '^c:(.*)$')
    if cid then
      local n = redis.call('SCARD', held(P, key, cid))
      unsettled, holding = unsettled + redis.call('SCARD', waiting(P, key, cid)) + n, holding + n
    end
  end
end

for _, key in ipairs(redis.call('SMEMBERS', P .. 'open')) do
  local phase = redis.call('HGET', P .. 'i:' .. key, 'phase')
  if not phase then
    redis.call('SREM', P .. 'open', key)
  else
    if redis.call('ZSCORE', P .. 'due', key) then count(key) else redis.call('ZADD', P .. 'due', now, key) end
    phases[phase] = (phases[phase] or 0) + 1
  end
end
local sums = redis.call('HMGET', P .. 'tally', 'opened', 'settled')
local lines = {}
for phase, amount in pairs(phases) do lines[#lines + 1] = phase .. ' ' .. amount end
local oldest = redis.call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
local age = oldest[2] and math.max(0, now - tonumber(oldest[2])) or 0
return {(tonumber(sums[1]) or 0) - (tonumber(sums[2]) or 0) - unsettled, holding, lines, tostring(age)}
