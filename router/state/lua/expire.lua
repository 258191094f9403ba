#!lua flags=allow-oom
-- expire: resolve firings whose source promised to repeat them and went silent (Alertmanager API v2, endsAt).
-- KEYS[1] P due.  ARGV: P, now, limit.  Returns how many were looked at; fewer than the limit means none is left.
local P, now = ARGV[1], ARGV[2]
local members = redis.call('ZRANGEBYSCORE', P .. 'x', '-inf', now, 'LIMIT', 0, ARGV[3])
local by_key = {}
for _, member in ipairs(members) do
  local fp, key = string.match(member, '^(.-)@(.*)$')
  by_key[key] = by_key[key] or {}
  table.insert(by_key[key], fp)
  redis.call('ZREM', P .. 'x', member)
end
for key, fps in pairs(by_key) do
  local w = work(P, key)
  fetch(w, fps)
  for _, fp in ipairs(fps) do
    local r = w.records[fp]
    if r and r.st == 'f' then close(w, fp, 'x', now) end
  end
  save(w, now)
end
return #members
