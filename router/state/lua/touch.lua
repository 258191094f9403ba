#!lua flags=allow-oom
-- touch: note when silences last kept an alert quiet.
-- KEYS[1] silences HASH id -> JSON; the notes are beside it.  ARGV: Unix s, ids.
for n = 2, #ARGV do
  if redis.call('HEXISTS', KEYS[1], ARGV[n]) == 1 then redis.call('HSET', KEYS[1] .. ':touched', ARGV[n], ARGV[1]) end
end
return 1
