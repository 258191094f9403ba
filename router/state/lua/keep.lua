#!lua
-- keep: put a body into quarantine; the oldest ones go when there are too many or too much, and are counted.
-- KEYS[1] quarantine STREAM, KEYS[2] HASH {bytes, evicted}.  ARGV: entries at most, bytes at most, source, problem,
--   size of the body as it came, body (cut by the caller).  Returns how many were ever evicted.
local most, bytes_most = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('XADD', KEYS[1], '*', 'source', ARGV[3], 'problem', ARGV[4], 'bytes', ARGV[5], 'body', ARGV[6])
local bytes = redis.call('HINCRBY', KEYS[2], 'bytes', #ARGV[6])
while redis.call('XLEN', KEYS[1]) > 1 and (redis.call('XLEN', KEYS[1]) > most or bytes > bytes_most) do
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  bytes = redis.call('HINCRBY', KEYS[2], 'bytes', -#oldest[2][8])
  redis.call('HINCRBY', KEYS[2], 'evicted', 1)
  redis.call('XDEL', KEYS[1], oldest[1])
end
return tonumber(redis.call('HGET', KEYS[2], 'evicted') or '0')
