#!lua flags=no-writes
-- inhibitors: the firing alerts of a partition that can inhibit others.
-- KEYS[1] P due.  ARGV: P.  Returns fingerprint and body JSON, one after the other.
local P, found = ARGV[1], {}
local all = redis.call('HGETALL', P .. 'inh')
for n = 1, #all, 2 do
  local body = redis.call('HGET', P .. 'b:' .. all[n + 1], all[n])
  if body then
    found[#found + 1] = all[n]
    found[#found + 1] = body
  end
end
return found
