-- Changing the alerts of an incident: records are read and written in one go, counts once a call. Used by accept,
-- expire and mute. A work is what one call changes of one incident; `save` writes it.

local function work(P, key)
  local head = redis.call('HMGET', P .. 'i:' .. key, 'id', 'rev', 'gen', 'lrank')
  local w = {P = P, key = key, id = head[1] or '', rev_before = tonumber(head[2] or '0')}
  w.token = head[1] and head[1] .. ' ' .. (head[2] or '') or ''
  w.gen, w.lrank = tonumber(head[3] or '0'), tonumber(head[4] or '-1')
  w.bumps, w.firing, w.total, w.opened = 0, 0, 0, 0
  w.records, w.dirty, w.bodies, w.classes, w.kinds = {}, {}, {}, {}, {}
  return w
end

-- Read the records of these fingerprints.
local function fetch(w, fps)
  if #fps == 0 then return end
  for n, raw in ipairs(redis.call('HMGET', w.P .. 'a:' .. w.key, unpack(fps))) do
    w.records[fps[n]] = read(raw)
  end
end

local function add(counts, name, n) counts[name] = (counts[name] or 0) + n end

local function kind_of(w, rule)
  w.kinds[rule] = w.kinds[rule] or {firing = 0, total = 0, alerts = 0, where = ''}
  return w.kinds[rule]
end

-- Which incidents hold the firing: a copy for a second route may live in the same partition.
local function hold_here(w, fp)
  local name = w.P .. 'where'
  if redis.call('HSETNX', name, fp, w.key) == 1 then return end
  local keys = redis.call('HGET', name, fp)
  if not string.find('\n' .. keys .. '\n', '\n' .. w.key .. '\n', 1, true) then
    redis.call('HSET', name, fp, keys .. '\n' .. w.key)
  end
end

local function leave(w, fp)
  local keys, rest = redis.call('HGET', w.P .. 'where', fp), {}
  for key in string.gmatch(keys or '', '[^\n]+') do
    if key ~= w.key then rest[#rest + 1] = key end
  end
  if #rest > 0 then
    redis.call('HSET', w.P .. 'where', fp, table.concat(rest, '\n'))
  elseif keys then
    redis.call('HDEL', w.P .. 'where', fp)
  end
end

-- An earlier firing of the same alert that nobody has judged yet keeps its record, under a name of its own.
local function set_aside(w, fp, r)
  if r.copy ~= '0' or is_settled(r) then return end
  local name = fp .. '~' .. (w.gen + w.bumps)
  w.records[name], w.dirty[name] = r, true
  redis.call('SREM', waiting(w.P, w.key, r.cid), fp)
  redis.call('SADD', waiting(w.P, w.key, r.cid), name)
end

local function know_class(w, cid, json, slos)
  if redis.call('HSETNX', w.P .. 'i:' .. w.key, 'c:' .. cid, json) == 1 then
    for _, slo in ipairs(slos) do redis.call('SADD', w.P .. 'slo:' .. slo, w.key) end
  end
end

-- It can inhibit others from now on, or goes on doing so with other labels. Copies are counted nowhere.
local function inhibit(w, fp)
  redis.call('HSET', w.P .. 'inh', fp, w.key)
  w.inhibitors = true
end

local function release(w, fp)
  if redis.call('HGET', w.P .. 'inh', fp) ~= w.key then return end
  redis.call('HDEL', w.P .. 'inh', fp)
  w.inhibitors = true
end

-- Begin a firing; `r` is its record. No two firings of an alert are accepted at the same instant: that tells them apart
-- for ever.
local function open(w, fp, r, where)
  local before = w.records[fp]
  if before then
    set_aside(w, fp, before)
    if tonumber(before.at) >= tonumber(r.at) then r.at = string.format('%.6f', before.at + 1e-6) end
  end
  w.records[fp], w.dirty[fp] = r, true
  w.bumps, w.firing, w.total = w.bumps + 1, w.firing + 1, w.total + 1
  add(w.classes, r.cid, 1)
  local kind = kind_of(w, r.rule)
  kind.firing, kind.total, kind.where = kind.firing + 1, kind.total + 1, where
  if not before then kind.alerts = kind.alerts + 1 end
  hold_here(w, fp)
  if r.copy == '0' then
    redis.call('SADD', waiting(w.P, w.key, r.cid), fp)
    w.opened = w.opened + 1
  end
end

-- End a firing: `status` r (its source said so, with `body`) or x (it went silent).
local function close(w, fp, status, ends, body)
  local r = w.records[fp]
  r.st, r.ea, w.dirty[fp] = status, ends, true
  w.bumps, w.firing = w.bumps + 1, w.firing - 1
  add(w.classes, r.cid, -1)
  local kind = kind_of(w, r.rule)
  kind.firing = kind.firing - 1
  leave(w, fp)
  release(w, fp)
  redis.call('ZREM', w.P .. 'x', fp .. '@' .. w.key)
  if r.out == 'hold' then redis.call('SMOVE', held(w.P, w.key, r.cid), waiting(w.P, w.key, r.cid), fp) end
  if r.copy == '0' and is_settled(r) then log_firing(w.P, w.key, fp, r, body) end
end

-- Judge a firing by another class from now on; without a settled outcome it is as if nobody had judged it yet.
local function move(w, fp, r, cid)
  add(w.classes, r.cid, -1)
  add(w.classes, cid, 1)
  redis.call('SMOVE', waiting(w.P, w.key, r.cid), waiting(w.P, w.key, cid), fp)
  redis.call('SMOVE', held(w.P, w.key, r.cid), waiting(w.P, w.key, cid), fp)
  if not is_settled(r) then r.out, r.why = '', '' end
  r.cid, w.dirty[fp] = cid, true
end

local function save_kinds(w, now)
  local name = w.P .. 'k:' .. w.key
  for rule, d in pairs(w.kinds) do
    local f, t, n, first, where = 0, 0, 0, now, d.where
    local stored = redis.call('HGET', name, rule)
    if stored then f, t, n, first, where = string.match(stored, '^(.-)|(.-)|(.-)|(.-)|.-|(.*)$') end
    redis.call('HSET', name, rule, table.concat({f + d.firing, t + d.total, n + d.alerts, first, now, where}, '|'))
  end
end

local function flat(map)
  local list = {}
  for name, value in pairs(map) do
    list[#list + 1] = name
    list[#list + 1] = value
  end
  return list
end

local function save_classes(w)
  local i, muted = w.P .. 'i:' .. w.key, 0
  for cid, n in pairs(w.classes) do
    redis.call('HINCRBY', i, 'n:' .. cid, n)
    if cid ~= base(cid) then muted = muted + n end
  end
  if muted ~= 0 then redis.call('HINCRBY', i, 'muted', muted) end
end

-- Write everything; `now` is text (not needed where nothing begins, ends or is to be looked at). Returns the incident's new token "id rev" ("" without an incident).
local function save(w, now)
  local P, key, i = w.P, w.key, w.P .. 'i:' .. w.key
  if next(w.dirty) then
    local texts = {}
    for name in pairs(w.dirty) do texts[name] = write(w.records[name]) end
    redis.call('HSET', P .. 'a:' .. key, unpack(flat(texts)))
    local clock = redis.call('TIME')
    w.rev = string.format('%.0f', math.max(clock[1] * 1e6 + clock[2], w.rev_before + 1))
    redis.call('HSET', i, 'rev', w.rev)
  end
  if next(w.bodies) then redis.call('HSET', P .. 'b:' .. key, unpack(flat(w.bodies))) end
  save_classes(w)
  if w.inhibitors then redis.call('INCR', P .. 'inhv') end
  if w.bumps > 0 then
    redis.call('HINCRBY', i, 'gen', w.bumps)
    if redis.call('HINCRBY', i, 'firing', w.firing) == 0 then redis.call('SREM', P .. 'tgt', key) end
    redis.call('HINCRBY', i, 'total', w.total)
    save_kinds(w, now)
    due(P, key, now)
  end
  tally(P, 'opened', w.opened)
  return w.rev and w.id .. ' ' .. w.rev or w.token
end
