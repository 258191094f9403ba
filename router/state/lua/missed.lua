#!lua
-- missed: keep a report of a page that should have come, once; the oldest ones go when there are too many.
-- KEYS[1] reports STREAM.  ARGV: id, how many are kept, JSON.  Returns 1, or 0 when it was reported before.
local known = KEYS[1] .. ':' .. ARGV[1]
if redis.call('EXPIRE', known, 3600) == 1 then return 0 end
redis.call('SET', known, '1', 'EX', 3600)
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[2], '*', 'entry', ARGV[3])
return 1
