#!lua flags=no-writes
-- incidents: incidents of a partition as they stand, without a lease.
-- KEYS[1] P due.  ARGV: P, incident keys.  Returns a row (row.lua) for each that exists.
local P, rows = ARGV[1], {}
for n = 2, #ARGV do
  if redis.call('EXISTS', P .. 'i:' .. ARGV[n]) == 1 then rows[#rows + 1] = row(P, ARGV[n], 0) end
end
return rows
