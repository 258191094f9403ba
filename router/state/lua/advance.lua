#!lua flags=allow-oom
-- advance: what stands in the log up to a row is archived. Rows that were not understood are kept aside; then the log is
-- shortened, never beyond that row: it is read by lists and by "Why?", which need no more than is recent.
-- KEYS[1] P due.  ARGV: P, id of the last archived row when the log was read ("" for none), id of the last one now, rows
--   kept at most, s after which a row goes in any case (on Redis' clock, as the ids), rows aside at most, then for each
--   row aside: id, problem.
-- Returns 1, or 0 when another archivist was faster and nothing was done.
local P, before, id, most, age, aside_most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local arc, log, aside = P .. 'arc', P .. 'log', P .. 'aside'
if (redis.call('HGET', arc, 'id') or '') ~= before then return 0 end

for n = 7, #ARGV, 2 do
  local row = redis.call('XRANGE', log, ARGV[n], ARGV[n])[1]
  if row then
    local fields = row[2]
    fields[#fields + 1] = 'problem'
    fields[#fields + 1] = ARGV[n + 1]
    redis.call('XADD', aside, 'MAXLEN', aside_most, '*', unpack(fields))
    redis.call('HINCRBY', arc, 'aside', 1)
  end
end

local passed = #redis.call('XRANGE', log, before == '' and '-' or '(' .. before, id)
local kept = passed + tonumber(redis.call('HGET', arc, 'kept') or '0')
local excess = math.min(kept, redis.call('XLEN', log) - most)
if excess > 0 then kept = kept - redis.call('XTRIM', log, 'MAXLEN', '=', redis.call('XLEN', log) - excess) end
local old = string.format('%.0f', (redis.call('TIME')[1] - age) * 1000)
if tonumber(string.match(id, '^%d+')) < tonumber(old) then old = id end
kept = kept - redis.call('XTRIM', log, 'MINID', '=', old)
redis.call('HSET', arc, 'id', id, 'kept', string.format('%.0f', kept))
return 1
