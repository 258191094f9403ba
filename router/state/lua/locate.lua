#!lua flags=no-writes
-- locate: which incidents of a partition hold a firing of these alerts now.
-- KEYS[1] P due.  ARGV: P, JSON list of fingerprints.  Returns lines "fingerprint incident key", "" for none.
local fps, lines = cjson.decode(ARGV[2]), {}
for n, keys in ipairs(redis.call('HMGET', ARGV[1] .. 'where', unpack(fps))) do
  if keys then
    for key in string.gmatch(keys, '[^\n]+') do lines[#lines + 1] = fps[n] .. ' ' .. key end
  end
end
return table.concat(lines, '\n')
