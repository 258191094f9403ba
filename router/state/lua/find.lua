#!lua flags=no-writes
-- find: which incident of a partition people call so.
-- KEYS[1] P due.  ARGV: P, spoken id in capitals.  Returns its key and its id as it is written, "" when there is none.
local P = ARGV[1]
for _, key in ipairs(redis.call('SMEMBERS', P .. 'open')) do
  local id = redis.call('HGET', P .. 'i:' .. key, 'id') or ''
  if string.upper(id) == ARGV[2] then return key .. ' ' .. id end
end
return ''
