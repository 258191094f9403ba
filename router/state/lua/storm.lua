#!lua flags=allow-oom
-- storm: may an incident's first message be posted into a channel now? Pages always; others as long as there were few
-- in the last minute, whoever has waited longest first. Who waits asks again; who does not ask for a while is gone.
-- KEYS[1] first messages of the last minute ZSET incident key -> when, KEYS[2] waiting ZSET key -> since, KEYS[3] ZSET
--   key -> last asked, KEYS[4] since when it storms STRING.  ARGV: now, key, mode (page, other, leave, look), most a
--   minute, s after which who does not ask is gone, s without anybody waiting after which it is over.
-- Returns {s to wait as text ("0": post), waiting, since when the oldest waits or "", posted, storming since or ""}.
local now, key, mode = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local most, gone, calm = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local roots, waiting, asked, storm = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local function forget(name)
  redis.call('ZREM', waiting, name)
  redis.call('ZREM', asked, name)
end

redis.call('ZREMRANGEBYSCORE', roots, '-inf', now - 60)
for _, name in ipairs(redis.call('ZRANGEBYSCORE', asked, '-inf', now - gone)) do forget(name) end

local function post()
  redis.call('ZADD', roots, now, key)
  forget(key)
  return '0'
end

local function wait(ahead)
  redis.call('ZADD', waiting, 'NX', ARGV[1], key)
  redis.call('ZADD', asked, ARGV[1], key)
  redis.call('SET', storm, ARGV[1], 'NX')
  return tostring(math.max(2, math.min(60, (ahead + 1) * 60 / most)))
end

local function other()
  if redis.call('ZSCORE', roots, key) then return '0' end
  local ahead = redis.call('ZRANK', waiting, key) or redis.call('ZCARD', waiting)
  if redis.call('ZCARD', roots) + ahead < most then return post() end
  return wait(ahead)
end

local answer = '0'
if mode == 'page' then
  answer = post()
elseif mode == 'other' then
  answer = other()
elseif mode == 'leave' then
  forget(key)
end

local oldest = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')[2]
local since = redis.call('GET', storm)
if since and not oldest then
  local last = redis.call('ZRANGE', roots, -1, -1, 'WITHSCORES')[2]
  if now - math.max(tonumber(since), tonumber(last or '0')) >= calm then
    redis.call('DEL', storm)
    since = nil
  end
end
for _, name in ipairs(KEYS) do redis.call('EXPIRE', name, 86400) end
return {answer, redis.call('ZCARD', waiting), oldest or '', redis.call('ZCARD', roots), since or ''}
