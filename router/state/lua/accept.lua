#!lua
-- accept: compare alerts with what is stored; a re-send writes nothing (or one field), a change bumps the incident's
-- generation and makes it due. Idempotent: running it again with the same arguments changes nothing more.
-- KEYS[1] P due.  ARGV: P, now, tombstone ttl ms,
--   n classes, each: class id, JSON, SLO ids joined by \n;
--   n incidents, each: key, id for a new one, meta JSON;
--   n alerts, each: incident no, fp, status, starts, ends, body hash, class no, expires, rank, rule, where, body, lead, copy
-- Returns one letter for each alert: N new firing, U updated, D duplicate, S stale, R resolved, T resolve of an unknown
-- alert; then the ids of the incidents in the order given ("" when untouched), then the witness counter.
local P, now, ttl = ARGV[1], ARGV[2], ARGV[3]
local at = tonumber(now)
local n = 4
local function take() n = n + 1; return ARGV[n - 1] end

local classes = {}
for c = 1, tonumber(take()) do classes[c] = {id = take(), json = take(), slos = take()} end
local incidents = {}
for c = 1, tonumber(take()) do incidents[c] = {key = take(), id = take(), meta = take()} end

-- The source's clock only against itself: a firing that did not begin after the last episode ended is a late copy.
local function late(starts, last_starts, last_ends)
  local s = tonumber(starts)
  if not s then return false end
  local e = tonumber(last_ends) or tonumber(last_starts)
  return e ~= nil and s <= e
end

-- Returns whether a late firing must still be refused; after STALE_S of re-sends it is believed.
local function refused(stale) return stale == '' or at - tonumber(stale) < STALE_S end

local function open_firing(inc, fp, r, cls, expires, rank, rule, where, body, lead)
  local key, i = inc.key, P .. 'i:' .. inc.key
  if redis.call('HSETNX', i, 'id', inc.id) == 1 then
    redis.call('HSET', i, 'meta', inc.meta, 'opened', now, 'gen', 0, 'phase', 'watching')
    redis.call('SADD', P .. 'open', key)
  end
  if redis.call('HSETNX', i, 'c:' .. cls.id, cls.json) == 1 then
    for slo in string.gmatch(cls.slos, '[^\n]+') do redis.call('SADD', P .. 'slo:' .. slo, key) end
  end
  redis.call('HSET', P .. 'a:' .. key, fp, write(r))
  redis.call('HSET', P .. 'b:' .. key, fp, body)
  redis.call('HSET', P .. 'where', fp, key)
  redis.call('HINCRBY', i, 'gen', 1)
  redis.call('HINCRBY', i, 'firing', 1)
  redis.call('HINCRBY', i, 'total', 1)
  redis.call('HINCRBY', i, 'n:' .. cls.id, 1)
  local lrank = redis.call('HGET', i, 'lrank')
  if not lrank or tonumber(rank) > tonumber(lrank) then redis.call('HSET', i, 'lead', lead, 'lrank', rank) end
  kind_change(P, key, rule, 1, 1, now, where)
  if expires ~= '' then redis.call('ZADD', P .. 'x', expires, fp .. '@' .. key) end
  if r.copy == '0' then
    redis.call('SADD', P .. 'u:' .. key, fp)
    tally(P, 'opened', 1)
  end
  due(P, key, at)
end

local codes = {}
for a = 1, tonumber(take()) do
  local inc = incidents[tonumber(take())]
  local fp, st, sa, ea, bh = take(), take(), take(), take(), take()
  local cls, expires, rank, rule, where = classes[tonumber(take())], take(), take(), take(), take()
  local body, lead, copy = take(), take(), take()
  local records = P .. 'a:' .. inc.key
  local cur = read(redis.call('HGET', records, fp))
  local fresh = {st = 'f', sa = sa, ea = '', bh = bh, cid = cls.id, at = now, out = '', why = '', told = '',
    copy = copy, stale = '', would = '', held = ''}
  local code
  if st == 'f' then
    local tomb = not cur and redis.call('GET', P .. 't:' .. fp)
    if cur and cur.st == 'f' then
      code = 'D'
      if tonumber(sa) and tonumber(cur.sa) and tonumber(sa) < tonumber(cur.sa) then
        cur.sa = sa
        redis.call('HSET', records, fp, write(cur))
      end
      if cur.bh ~= bh then
        code, cur.bh = 'U', bh
        redis.call('HSET', records, fp, write(cur))
        redis.call('HSET', P .. 'b:' .. inc.key, fp, body)
      end
      if expires ~= '' then redis.call('ZADD', P .. 'x', 'GT', expires, fp .. '@' .. inc.key) end
    elseif cur and cur.st == 'r' and late(sa, cur.sa, cur.ea) and refused(cur.stale) then
      code = 'S'
      if cur.stale == '' then
        cur.stale = now
        redis.call('HSET', records, fp, write(cur))
      end
    else
      local ts, te, stale = string.match(tomb or '', '^(.-)|(.-)|(.*)$')
      if ts and late(sa, ts, te) and refused(stale) then
        code = 'S'
        if stale == '' then redis.call('SET', P .. 't:' .. fp, ts .. '|' .. te .. '|' .. now, 'KEEPTTL') end
      else
        code = 'N'
        if tomb then redis.call('DEL', P .. 't:' .. fp) end
        open_firing(inc, fp, fresh, cls, expires, rank, rule, where, body, lead)
      end
    end
  elseif not cur then
    code = 'T'
    redis.call('SET', P .. 't:' .. fp, sa .. '|' .. ea .. '|', 'PX', ttl)
  elseif cur.st ~= 'f' then
    code = 'D'
  elseif tonumber(ea) and tonumber(cur.sa) and tonumber(ea) < tonumber(cur.sa) then
    code = 'S'
  else
    code = 'R'
    redis.call('HSET', P .. 'b:' .. inc.key, fp, body)
    close(P, inc.key, fp, cur, 'r', ea, rule, at)
  end
  codes[a] = code
end

local ids = {}
for c = 1, #incidents do ids[c] = redis.call('HGET', P .. 'i:' .. incidents[c].key, 'id') or '' end
return {table.concat(codes), ids, redis.call('INCR', P .. 'w')}
