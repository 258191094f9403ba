#!lua flags=allow-oom
-- expire: resolve firings whose source promised to repeat them and went silent (Alertmanager API v2, endsAt).
-- KEYS[1] P due.  ARGV: P, now, limit.  Returns how many were resolved.
local P, now = ARGV[1], tonumber(ARGV[2])
local members = redis.call('ZRANGEBYSCORE', P .. 'x', '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(members) do
  local fp, key = string.match(member, '^(.-)@(.*)$')
  local r = read(redis.call('HGET', P .. 'a:' .. key, fp))
  redis.call('ZREM', P .. 'x', member)
  if r and r.st == 'f' then
    local body = redis.call('HGET', P .. 'b:' .. key, fp)
    local rule = body and cjson.decode(body).rule or ''
    close(P, key, fp, r, 'x', ARGV[2], rule, now)
  end
end
return #members
