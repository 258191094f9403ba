#!lua flags=allow-oom
-- unsilence: remove silences that ended before an instant, and what was noted of them.
-- KEYS[1] silences HASH id -> JSON; its version and its notes are beside it.  ARGV: Unix s.  Returns how many.
local all, gone = redis.call('HGETALL', KEYS[1]), 0
for n = 1, #all, 2 do
  if cjson.decode(all[n + 1]).ends_at < tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], all[n])
    redis.call('HDEL', KEYS[1] .. ':touched', all[n])
    gone = gone + 1
  end
end
if gone > 0 then redis.call('INCR', KEYS[1] .. ':version') end
return gone
