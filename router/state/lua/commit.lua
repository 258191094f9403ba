#!lua flags=allow-oom
-- commit: end (or go on with) a look: store what was decided and told, settle firings, set the next due time.
-- Refused when the lease token is not the newest (a zombie is fenced). May run over maxmemory: draining must go on.
-- KEYS[1] P due.  ARGV: P, now, key, token, generation seen, next due, keep lease (1/0), forget (1/0), limit of firings
--   settled and of records forgotten in one call, tombstone ttl ms,
--   n fields, each: name, value ("" deletes);
--   n decisions, each: class id, outcome, reason, told at ("" = not told), would, replace (1: also settled tickets
--     and forwards of the class become this outcome: it was escalated);
--   n log entries, each: JSON
-- Returns {1, settled as "outcome reason n" strings, how much is left over the limit (it is due at once)}, or {0} when
-- fenced. With the lease kept the due time stays at the lease's end, or earlier where a change asked for a look.
local P, now, key, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local seen, next_due, keep, forget, limit, ttl = ARGV[5], ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9]), ARGV[10]
local n = 11
local function take() n = n + 1; return ARGV[n - 1] end
local i, records = P .. 'i:' .. key, P .. 'a:' .. key
if redis.call('HGET', i, 'ltok') ~= token then return {0} end

for _ = 1, tonumber(take()) do
  local name, value = take(), take()
  if value == '' then redis.call('HDEL', i, name) else redis.call('HSET', i, name, value) end
end
local decisions, replacing = {}, false
for _ = 1, tonumber(take()) do
  local cid = take()
  decisions[cid] = {out = take(), why = take(), told = take(), would = take(), replace = take() == '1'}
  replacing = replacing or decisions[cid].replace
end
for _ = 1, tonumber(take()) do
  redis.call('XADD', P .. 'log', 'MAXLEN', '~', LOG_CAP, '*', 'kind', 'decision', 'entry', take())
end

local settled, rest = {}, 0
local NEVER = {out = 'drop', why = 'never_threatened', told = '', would = ''}

local function settle(name, r, d)
  r.out, r.why, r.told, r.would = d.out, d.why, d.told, d.would
  local line = d.out .. ' ' .. d.why
  settled[line] = (settled[line] or 0) + 1
  tally(P, 'o:' .. d.out .. ':' .. d.why, 1)
  tally(P, 'settled', 1)
  if string.find(name, '~', 1, true) then
    redis.call('HDEL', records, name)
  else
    redis.call('HSET', records, name, write(r))
  end
  if r.st ~= 'f' then log_firing(P, key, name, r) end
end

-- Held firings wait apart, so that a look need not read them again; over while held means it never threatened.
local function hold(name, r, d)
  if r.st ~= 'f' then return settle(name, r, NEVER) end
  if r.out ~= 'hold' then r.out, r.why, r.held = 'hold', d.why, now end
  redis.call('HSET', records, name, write(r))
  redis.call('SADD', held(P, key, r.cid), name)
end

local function each_of(set, act, d)
  if limit > 0 then
    for _, name in ipairs(redis.call('SPOP', set, limit)) do
      limit = limit - 1
      local r = read(redis.call('HGET', records, name))
      if r then act(name, r, d) end
    end
  end
  rest = rest + redis.call('SCARD', set)
end

for cid, d in pairs(decisions) do
  each_of(waiting(P, key, cid), d.out == 'hold' and hold or settle, d)
  if d.out ~= 'hold' then each_of(held(P, key, cid), settle, d) end
end

local function lift(name, r, d)
  if r.st ~= 'f' or r.out == d.out or (r.out ~= 'ticket' and r.out ~= 'forward') then return end
  tally(P, 'o:' .. r.out .. ':' .. r.why, -1)
  tally(P, 'o:' .. d.out .. ':' .. d.why, 1)
  r.out, r.why, r.would = d.out, d.why, d.would
  redis.call('HSET', records, name, write(r))
end

if replacing then
  local all = redis.call('HGETALL', records)
  for a = 1, #all, 2 do
    local r = read(all[a + 1])
    local d = decisions[r.cid]
    if d and d.replace then lift(all[a], r, d) end
  end
end

local function classes()
  local found = {}
  for _, name in ipairs(redis.call('HKEYS', i)) do
    if string.sub(name, 1, 2) == 'c:' then found[#found + 1] = string.sub(name, 3) end
  end
  return found
end

local function unsettled()
  local sum = 0
  for _, cid in ipairs(classes()) do
    sum = sum + redis.call('SCARD', waiting(P, key, cid)) + redis.call('SCARD', held(P, key, cid))
  end
  return sum
end

-- Tombstones outlive the incident, so that a late copy of a firing still meets its resolve.
local function forget_records()
  local some = redis.call('HSCAN', records, 0, 'COUNT', ARGV[9])[2]
  for a = 1, #some, 2 do
    local r = read(some[a + 1])
    if r.st == 'r' then redis.call('SET', P .. 't:' .. some[a], r.la .. '|' .. r.ea .. '|', 'PX', ttl) end
    redis.call('HDEL', records, some[a])
    redis.call('HDEL', P .. 'b:' .. key, some[a])
  end
  return redis.call('HLEN', records)
end

local function forget_incident()
  for _, cid in ipairs(classes()) do
    for _, cover in ipairs(cjson.decode(redis.call('HGET', i, 'c:' .. cid)).covers) do
      redis.call('SREM', P .. 'slo:' .. cover[1], key)
    end
  end
  redis.call('UNLINK', i, records, P .. 'b:' .. key, P .. 'k:' .. key)
  redis.call('SREM', P .. 'open', key)
  redis.call('ZREM', P .. 'due', key)
end

local changed = redis.call('HGET', i, 'gen') ~= seen
local over = redis.call('HGET', i, 'firing') == '0' and not changed and unsettled() == 0
local function answer()
  local lines = {}
  for name, amount in pairs(settled) do lines[#lines + 1] = name .. ' ' .. amount end
  return {1, lines, rest}
end
if forget == '1' and over then
  rest = forget_records()
  if rest == 0 then
    forget_incident()
    return answer()
  end
end
if keep == '0' then
  redis.call('HDEL', i, 'own', 'luntil')
  redis.call('ZADD', P .. 'due', (changed or rest > 0) and now or next_due, key)
end
return answer()
