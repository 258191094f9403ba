#!lua flags=allow-oom
-- commit: end (or go on with) a look: store what was decided and told, settle firings, set the next due time.
-- Refused when the lease token is not the newest (a zombie is fenced). May run over maxmemory: draining must go on.
-- KEYS[1] P due.  ARGV: P, now, key, token, generation seen, next due, keep lease (1/0), forget (1/0), limit of firings
--   settled and of records forgotten in one call, tombstone ttl ms, acts taken when it was claimed, acts taken since,
--   n fields, each: name, value ("" deletes);
--   n decisions, each: class id, outcome, reason, told at ("" = not told), would, replace (1: also settled tickets
--     and forwards of the class become this outcome: it was escalated). What is suppressed is held while it fires;
--   n log entries, each: kind, JSON
-- Returns {1, settled as "outcome reason n" strings, how much is left over the limit (it is due at once)}, or {0} when
-- fenced. With the lease kept the due time stays at the lease's end, or earlier where a change asked for a look.
local P, now, key, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local seen, next_due, keep, forget, limit, ttl = ARGV[5], ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9]), ARGV[10]
local acted, taken = tonumber(ARGV[11]), tonumber(ARGV[12])
local n = 13
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
-- Acts are counted from the incident's beginning: a commit that is repeated takes none twice, and logs none twice.
local fresh = acted + taken - tonumber(redis.call('HGET', i, 'acted') or '0')
if taken > 0 and fresh > 0 then
  redis.call('LTRIM', acts_of(P, key), fresh, -1)
  redis.call('HSET', i, 'acted', acted + taken)
end
for _ = 1, tonumber(take()) do
  local kind, entry = take(), take()
  if kind ~= 'act' or taken == 0 or fresh > 0 then
    append(P, 'kind', kind, 'entry', entry)
  end
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

local function holds(d) return d.out == 'hold' or d.out == 'suppress' end

-- Whether a held firing is held for the sort of reason that the decision has.
local function agrees(r, d) return r.out == 'hold' and (MUTES[r.why] == true) == (d.out == 'suppress') end

-- Held firings wait apart, so that a look need not read them again. Over while held means it never threatened, or that
-- it was suppressed from its last look to its end.
local function hold(name, r, d)
  if r.st ~= 'f' then return settle(name, r, d.out == 'suppress' and d or NEVER) end
  if not agrees(r, d) then
    r.out, r.why, r.held = 'hold', d.why, r.held ~= '' and r.held or now
  end
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

-- A mute time begins or ends for all alerts of a class at once: one of them tells whether the others are held for it.
local function refile(cid, d)
  local set = held(P, key, cid)
  local name = redis.call('SRANDMEMBER', set)
  local r = name and read(redis.call('HGET', records, name))
  if r and not agrees(r, d) then
    redis.call('SUNIONSTORE', waiting(P, key, cid), waiting(P, key, cid), set)
    redis.call('DEL', set)
  end
end

for cid, d in pairs(decisions) do
  if holds(d) then refile(cid, d) end
  each_of(waiting(P, key, cid), holds(d) and hold or settle, d)
  if not holds(d) then each_of(held(P, key, cid), settle, d) end
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
  redis.call('SREM', P .. 'tgt', key)
  redis.call('ZREM', P .. 'due', key)
end

local changed = redis.call('HGET', i, 'gen') ~= seen or redis.call('EXISTS', acts_of(P, key)) == 1
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
-- Whoever asked for a look while this one was under way gets another: it may have read what was true before.
local function asked()
  local planned, at = tonumber(redis.call('HGET', i, 'ldue')), tonumber(redis.call('ZSCORE', P .. 'due', key))
  return planned ~= nil and at ~= nil and at < planned
end
if keep == '0' then
  redis.call('ZADD', P .. 'due', (changed or rest > 0 or asked()) and now or next_due, key)
  redis.call('HDEL', i, 'own', 'luntil', 'ldue')
end
return answer()
