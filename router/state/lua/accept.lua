#!lua
-- accept: compare alerts with what is stored; a re-send writes nothing (or one field), a change bumps the incident's
-- generation and its counts and makes it due. Idempotent: running it again with the same arguments changes no more.
-- A caller that knows what is stored names the incident's token and leaves its re-sends out: as long as the token
-- stands they are duplicates; if it does not, nothing of that incident is touched and the caller sends them all.
-- KEYS[1] P due.  ARGV: P, now, tombstone ttl ms, JSON head, then for each alert: body, lead.  The head has
--   classes    [id, JSON, [SLO ids], tells (1: a class that is never held)]
--   incidents  [key, id for a new one, meta JSON, expected token or ""]
--   alerts     [incident no, fp, status, starts, ends, body hash, class no, expires, rank, rule, where, copy (1/0),
--              sides (1: can inhibit others, 2: can be inhibited, 3: both)]
--   renewals   [incident no, fp, expires] of re-sends left out
-- Returns one text of lines. First a letter for each alert: N new firing, U updated, D duplicate, S stale, R resolved,
-- T resolve of an unknown alert, ? not looked at (token passed), small where the same again may be answered otherwise
-- though the token stands; then the witness counter, and 1 when it was raised; 1 when an inhibiting alert began, ended
-- or changed; then each incident's token before and after ("" when there is none, "?" when it was not the expected one).
local P, now, ttl = ARGV[1], ARGV[2], ARGV[3]
local at = tonumber(now)
local head = cjson.decode(ARGV[4])

local works, wanted = {}, {}
for no, each in ipairs(head.incidents) do
  local w = work(P, each[1])
  w.new_id, w.meta, w.passed = each[2], each[3], each[4] ~= '' and each[4] ~= w.token
  works[no], wanted[no] = w, {}
end
for _, a in ipairs(head.alerts) do table.insert(wanted[a[1]], a[2]) end
for no, w in ipairs(works) do
  if not w.passed then fetch(w, wanted[no]) end
end

-- The source's clock only against itself: a firing that did not begin after the last episode ended is a late copy.
local function late(starts, last_starts, last_ends)
  local s, e = tonumber(starts), tonumber(last_ends) or tonumber(last_starts)
  return s ~= nil and e ~= nil and s <= e
end

-- Returns whether a late firing must still be refused; after STALE_S of re-sends it is believed.
local function refused(stale) return stale == '' or at - tonumber(stale) < STALE_S end

local function later(a, b)
  local x, y = tonumber(a), tonumber(b)
  return x ~= nil and y ~= nil and x > y
end

local function create(w)
  local i = P .. 'i:' .. w.key
  if w.id ~= '' then return end
  redis.call('HSET', i, 'id', w.new_id, 'meta', w.meta, 'opened', now, 'gen', 0, 'phase', 'watching')
  redis.call('SADD', P .. 'open', w.key)
  w.id = w.new_id
end

-- Whether an incident has no record but this alert's, stored or about to be.
local function alone(w, fp)
  for name in pairs(w.records) do
    if name ~= fp then return false end
  end
  local records = w.P .. 'a:' .. w.key
  return redis.call('HLEN', records) <= redis.call('HEXISTS', records, fp)
end

-- The most severe alert speaks for the incident; where there is but one, with what it says now.
local function lead_by(w, a)
  if a.rank < w.lrank or (a.rank == w.lrank and not alone(w, a.fp)) then return false end
  redis.call('HSET', P .. 'i:' .. w.key, 'lead', a.lead, 'lrank', a.rank)
  w.lrank = a.rank
  return true
end

local function renew(w, fp, expires)
  if expires ~= '' then redis.call('ZADD', P .. 'x', 'GT', expires, fp .. '@' .. w.key) end
end

local function take_sides(w, a, r)
  if a.sides >= 2 then redis.call('SADD', P .. 'tgt', w.key) end
  if a.sides % 2 == 1 and r.copy == '0' then inhibit(w, a.fp) else release(w, a.fp) end
end

-- A firing that is still firing. Its class follows the configuration only where that makes nothing quieter that
-- people may know of: while it is held, or when the new class always tells. The muted twin of its class is its class:
-- looks put it there and take it out again.
local function repeated(w, a, r)
  renew(w, a.fp, a.expires)
  local code = 'D'
  if later(r.sa, a.sa) then r.sa, w.dirty[a.fp] = a.sa, true end
  if later(a.sa, r.la) then r.la, w.dirty[a.fp] = a.sa, true end
  if r.bh ~= a.bh then
    code, r.bh, w.bodies[a.fp], w.dirty[a.fp] = 'U', a.bh, a.body, true
    take_sides(w, a, r)
    redis.call('HDEL', P .. 'i:' .. w.key, 'mm') -- its labels may be others: the next look asks what mutes it now
    if lead_by(w, a) then w.bumps = w.bumps + 1 end
  end
  if base(r.cid) == a.cls[1] then return code end
  if r.out ~= 'hold' and a.cls[4] == 0 then return string.lower(code) end
  know_class(w, a.cls[1], a.cls[2], a.cls[3])
  move(w, a.fp, r, a.cls[1])
  w.bumps = w.bumps + 1
  return 'U'
end

local function begin(w, a)
  create(w)
  know_class(w, a.cls[1], a.cls[2], a.cls[3])
  local r = {st = 'f', sa = a.sa, la = a.sa, ea = '', bh = a.bh, cid = a.cls[1], at = now, out = '', why = '',
    told = '', copy = a.copy, stale = '', would = '', held = '', rule = a.rule}
  open(w, a.fp, r, a.where)
  if a.sides > 0 then take_sides(w, a, r) end
  w.bodies[a.fp] = a.body
  lead_by(w, a)
  renew(w, a.fp, a.expires)
  return 'N'
end

local function fires(w, a)
  local r = w.records[a.fp]
  if r and r.st == 'f' then return repeated(w, a, r) end
  if r and r.st == 'r' and late(a.sa, r.la, r.ea) and refused(r.stale) then
    if r.stale == '' then r.stale, w.dirty[a.fp] = now, true end
    return 'S'
  end
  local tomb = redis.call('GET', P .. 't:' .. a.fp)
  if not tomb then return begin(w, a) end
  local starts, ends, stale = string.match(tomb, '^(.-)|(.-)|(.*)$')
  if not late(a.sa, starts, ends) or not refused(stale) then
    redis.call('DEL', P .. 't:' .. a.fp)
    return begin(w, a)
  end
  if stale == '' then redis.call('SET', P .. 't:' .. a.fp, starts .. '|' .. ends .. '|' .. now, 'KEEPTTL') end
  return 'S'
end

-- A resolve of a firing that is not known (yet): the newest one is remembered, for when the firing comes late.
local function bury(a)
  local tomb = redis.call('GET', P .. 't:' .. a.fp)
  local starts, ends = string.match(tomb or '', '^(.-)|(.-)|')
  if tomb and (ends == a.ea and starts == a.sa or later(ends, a.ea)) then return 'd' end
  redis.call('SET', P .. 't:' .. a.fp, a.sa .. '|' .. a.ea .. '|', 'PX', ttl)
  return 'T'
end

local function resolves(w, a)
  local r = w.records[a.fp]
  if not r or r.st == 'r' and later(a.ea, r.ea) then return bury(a) end
  if r.st == 'r' then return 'D' end
  if later(r.la, a.ea) then return 'S' end
  if r.st == 'x' then
    r.st, r.ea, w.dirty[a.fp] = 'r', a.ea, true
    return 'D'
  end
  w.bodies[a.fp] = a.body
  close(w, a.fp, 'r', a.ea, a.body)
  return 'R'
end

local codes, changed = {}, false
for n, f in ipairs(head.alerts) do
  local w = works[f[1]]
  local a = {fp = f[2], sa = f[4], ea = f[5], bh = f[6], cls = head.classes[f[7]], expires = f[8], rank = f[9],
    rule = f[10], where = f[11], copy = f[12], sides = f[13], body = ARGV[3 + 2 * n], lead = ARGV[4 + 2 * n]}
  codes[n] = w.passed and '?' or f[3] == 'f' and fires(w, a) or resolves(w, a)
  changed = changed or string.find('NUuRT', codes[n], 1, true) ~= nil
end
for _, each in ipairs(head.renewals) do
  if not works[each[1]].passed then renew(works[each[1]], each[2], each[3]) end
end

local witness = changed and redis.call('INCR', P .. 'w') or redis.call('GET', P .. 'w') or '0'
local lines = {table.concat(codes), witness, changed and '1' or '0', '0'}
for _, w in ipairs(works) do
  lines[#lines + 1] = w.passed and '?' or w.token
  lines[#lines + 1] = w.passed and '?' or save(w, now)
  if w.inhibitors then lines[4] = '1' end
end
return table.concat(lines, '\n')
