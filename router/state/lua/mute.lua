#!lua flags=allow-oom
-- mute: put alerts of a claimed incident into the muted twin of their class, or back. What has no settled outcome is
-- judged anew there. Refused when the lease token is not the newest. Idempotent; the generation stays as it is.
-- KEYS[1] P due.  ARGV: P, key, token, mark, last call of several (1/0), JSON {classes, moves}:
--   classes  [id, JSON, [SLO ids]]
--   moves    [fp, class no]
-- With the last call the mark is stored. Returns {0} when fenced, else {1} and with the last call the row (row.lua).
local P, key, token, mark, last = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local i = P .. 'i:' .. key
if redis.call('HGET', i, 'ltok') ~= token then return {0} end

local head = cjson.decode(ARGV[6])
local w, fps = work(P, key), {}
for n, m in ipairs(head.moves) do fps[n] = m[1] end
fetch(w, fps)
for _, m in ipairs(head.moves) do
  local r, cls = w.records[m[1]], head.classes[m[2]]
  if r and r.st == 'f' and r.cid ~= cls[1] then
    know_class(w, cls[1], cls[2], cls[3])
    move(w, m[1], r, cls[1])
  end
end
save(w)
if not last then return {1} end
if mark == '' then redis.call('HDEL', i, 'mm') else redis.call('HSET', i, 'mm', mark) end
return {1, row(P, key, token)}
