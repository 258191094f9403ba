#!lua flags=allow-oom
-- storm: may an incident's first message be posted into a channel now? Pages always; others as long as there were few
-- in the last minute, whoever has waited longest first. Who waits asks again; who does not ask for a while is gone.
-- KEYS[1] first messages of the last minute ZSET incident key -> when, KEYS[2] waiting ZSET key -> since, KEYS[3] ZSET
--   key -> last asked, KEYS[4] the storm HASH: since, renewed (when a summary was last due), folded (alerts that only
--   the summary tells of), alerts, pages, wolves (the most that were ever told).
-- ARGV: mode, now, most a minute, s after which who does not ask is gone, s without anybody waiting after which it is
--   over, s between two summaries, then
--   page   incident key
--   other  incident key
--   over   incident key, its alerts: what had to wait and is over needs no message of its own
--   leave  incident key: nobody need be told of it any more
--   look   nothing: is a summary due, or is it over?
--   tell   alerts, pages, wolves: what the summary tells
--   read   nothing
-- Returns {answer, waiting, since when the oldest waits or "", storming since or "", folded, alerts, pages, wolves}; the
-- answer is s to wait ("0": post) to page and other, folded or post to over, due, over or "" to look, else "".
local mode, now, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local gone, calm, renew = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local roots, waiting, asked, storm = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local function forget(name)
  redis.call('ZREM', waiting, name)
  redis.call('ZREM', asked, name)
end

redis.call('ZREMRANGEBYSCORE', roots, '-inf', now - 60)
for _, name in ipairs(redis.call('ZRANGEBYSCORE', asked, '-inf', now - gone)) do forget(name) end

local function begin() redis.call('HSETNX', storm, 'since', ARGV[2]) end

local function post(key)
  redis.call('ZADD', roots, now, key)
  forget(key)
  return '0'
end

local function wait(key, ahead)
  redis.call('ZADD', waiting, 'NX', ARGV[2], key)
  redis.call('ZADD', asked, ARGV[2], key)
  begin()
  return tostring(math.max(2, math.min(60, (ahead + 1) * 60 / most)))
end

local function ahead_of(key) return redis.call('ZRANK', waiting, key) or redis.call('ZCARD', waiting) end

-- It was admitted before (and could not be posted yet), or it is its turn.
local function has_room(key)
  return redis.call('ZSCORE', roots, key) or redis.call('ZCARD', roots) + ahead_of(key) < most
end

local function other(key)
  if redis.call('ZSCORE', roots, key) then return '0' end
  return has_room(key) and post(key) or wait(key, ahead_of(key))
end

local function over(key, alerts)
  if not redis.call('ZSCORE', waiting, key) and has_room(key) then return 'post' end
  forget(key)
  begin()
  redis.call('HINCRBY', storm, 'folded', alerts)
  return 'folded'
end

local function read()
  local oldest = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')[2]
  local known = redis.call('HMGET', storm, 'since', 'folded', 'alerts', 'pages', 'wolves')
  for n = 1, 5 do known[n] = known[n] or (n == 1 and '' or '0') end
  return redis.call('ZCARD', waiting), oldest or '', unpack(known)
end

local function look()
  local since, renewed = unpack(redis.call('HMGET', storm, 'since', 'renewed'))
  if not since then return '' end
  local last = redis.call('ZRANGE', roots, -1, -1, 'WITHSCORES')[2]
  if redis.call('ZCARD', waiting) == 0 and now - math.max(tonumber(since), tonumber(last or '0')) >= calm then
    return 'over'
  end
  if renewed and now - tonumber(renewed) < renew then return '' end
  redis.call('HSET', storm, 'renewed', ARGV[2])
  return 'due'
end

local function tell()
  if redis.call('EXISTS', storm) == 0 then return '' end
  for n, name in ipairs({'alerts', 'pages', 'wolves'}) do
    local known = tonumber(redis.call('HGET', storm, name) or '0')
    redis.call('HSET', storm, name, string.format('%d', math.max(known, tonumber(ARGV[6 + n]))))
  end
  return ''
end

local function leave(key)
  forget(key)
  return ''
end

local answers = {leave = leave, page = post, other = other, over = over, look = look, tell = tell, read = function() return '' end}
local answer = answers[mode](ARGV[7], ARGV[8])
local found = {answer, read()}
if answer == 'over' then redis.call('DEL', storm) end
for _, name in ipairs(KEYS) do redis.call('EXPIRE', name, 86400) end
return found
