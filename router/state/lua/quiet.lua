#!lua flags=no-writes
-- quiet: whether people can hear of the alerts that an SLO covers.
-- KEYS[1] P due.  ARGV: P, SLO id.  Returns how many of its incidents have firing alerts that are heard, and how many
-- have firing alerts that are all kept quiet.
local P, heard, quiet = ARGV[1], 0, 0
for _, key in ipairs(redis.call('SMEMBERS', P .. 'slo:' .. ARGV[2])) do
  local i = P .. 'i:' .. key
  if is_heard(i) then
    heard = heard + 1
  elseif tonumber(redis.call('HGET', i, 'firing') or '0') > 0 then
    quiet = quiet + 1
  end
end
return {heard, quiet}
