#!lua flags=allow-oom
-- commit: end (or go on with) a look: store what was decided and told, settle firings, set the next due time.
-- Refused when the lease token is not the newest (a zombie is fenced). May run over maxmemory: draining must go on.
-- KEYS[1] P due.  ARGV: P, now, key, token, generation seen, next due ("" = leave), keep lease (1/0), forget (1/0),
--   settle limit, tombstone ttl ms,
--   n fields, each: name, value ("" deletes);
--   n decisions, each: class id, outcome, reason, told at ("" = not told), would, replace (1: also settled tickets
--     and forwards of the class become this outcome: it was escalated);
--   n log entries, each: JSON
-- Returns {1, settled as "outcome reason n" strings, how many firings are still to be settled} or {0} when fenced.
local P, now, key, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local seen, next_due, keep, forget, limit, ttl = ARGV[5], ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9]), ARGV[10]
local n = 11
local function take() n = n + 1; return ARGV[n - 1] end
local i = P .. 'i:' .. key
if redis.call('HGET', i, 'ltok') ~= token then return {0} end

for _ = 1, tonumber(take()) do
  local name, value = take(), take()
  if value == '' then redis.call('HDEL', i, name) else redis.call('HSET', i, name, value) end
end
local decisions, replacing = {}, false
for _ = 1, tonumber(take()) do
  local cid = take()
  decisions[cid] = {out = take(), why = take(), told = take(), would = take(), replace = take()}
  replacing = replacing or decisions[cid].replace == '1'
end
for _ = 1, tonumber(take()) do
  redis.call('XADD', P .. 'log', 'MAXLEN', '~', LOG_CAP, '*', 'kind', 'decision', 'entry', take())
end

local settled, records, unsettled = {}, P .. 'a:' .. key, P .. 'u:' .. key
local function count(out, why)
  local name = out .. ' ' .. why
  settled[name] = (settled[name] or 0) + 1
  tally(P, 'o:' .. out .. ':' .. why, 1)
end

local function settle(fp, r, d)
  if r.out == 'hold' then tally(P, 'held', -1) end
  r.out, r.why, r.told, r.would = d.out, d.why, d.told, d.would
  count(r.out, r.why)
  tally(P, 'settled', 1)
  redis.call('SREM', unsettled, fp)
  redis.call('HSET', records, fp, write(r))
  if r.st ~= 'f' then log_firing(P, key, fp, r) end
end

local function hold(fp, r, d)
  if r.st ~= 'f' then return settle(fp, r, {out = 'drop', why = 'never_threatened', told = '', would = ''}) end
  if r.out ~= 'hold' then
    tally(P, 'held', 1)
    r.held = now
  end
  if r.out ~= 'hold' or r.why ~= d.why then
    r.out, r.why = 'hold', d.why
    redis.call('HSET', records, fp, write(r))
  end
end

local rest = 0
if next(decisions) then
  for _, fp in ipairs(redis.call('SMEMBERS', unsettled)) do
    local r = read(redis.call('HGET', records, fp))
    local d = r and decisions[r.cid]
    if not r then
      redis.call('SREM', unsettled, fp)
    elseif d and limit > 0 then
      limit = limit - 1
      if d.out == 'hold' then hold(fp, r, d) else settle(fp, r, d) end
    elseif d then
      rest = rest + 1
    end
  end
end
if replacing then
  local all = redis.call('HGETALL', records)
  for a = 1, #all, 2 do
    local r = read(all[a + 1])
    local d = decisions[r.cid]
    if d and d.replace == '1' and r.st == 'f' and (r.out == 'ticket' or r.out == 'forward') and r.out ~= d.out then
      tally(P, 'o:' .. r.out .. ':' .. r.why, -1)
      tally(P, 'o:' .. d.out .. ':' .. d.why, 1)
      r.out, r.why, r.would = d.out, d.why, d.would
      redis.call('HSET', records, all[a], write(r))
    end
  end
end

local changed = redis.call('HGET', i, 'gen') ~= seen
if forget == '1' and not changed and redis.call('SCARD', unsettled) == 0 then
  local all = redis.call('HGETALL', records)
  for a = 1, #all, 2 do
    local r = read(all[a + 1])
    if r.st == 'r' then redis.call('SET', P .. 't:' .. all[a], r.sa .. '|' .. r.ea .. '|', 'PX', ttl) end
  end
  for _, name in ipairs(redis.call('HKEYS', i)) do
    if string.sub(name, 1, 2) == 'c:' then
      local cls = cjson.decode(redis.call('HGET', i, name))
      for _, cover in ipairs(cls.covers) do redis.call('SREM', P .. 'slo:' .. cover[1], key) end
    end
  end
  redis.call('DEL', i, records, P .. 'b:' .. key, P .. 'k:' .. key, unsettled)
  redis.call('SREM', P .. 'open', key)
  redis.call('ZREM', P .. 'due', key)
else
  if keep == '0' then redis.call('HDEL', i, 'own', 'luntil') end
  if changed or rest > 0 then
    if keep == '0' then redis.call('ZADD', P .. 'due', now, key) end
  elseif next_due ~= '' then
    redis.call('ZADD', P .. 'due', next_due, key)
  end
end
local lines = {}
for name, amount in pairs(settled) do lines[#lines + 1] = name .. ' ' .. amount end
return {1, lines, rest}
