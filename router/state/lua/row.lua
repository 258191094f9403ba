-- An incident as it is handed over, for claim, mute and incidents: key, lease token, HGETALL of the incident, HGETALL of
-- its kinds, class id and how many of its firings wait to be judged and are held one after the other, the oldest acts.

local ACTS_AT_ONCE = 100

local function unsettled_of(P, key, fields)
  local counts = {}
  for f = 1, #fields, 2 do
    local cid = string.match(fields[f], '^c:(.*)$')
    if cid then
      counts[#counts + 1] = cid
      counts[#counts + 1] = redis.call('SCARD', waiting(P, key, cid))
      counts[#counts + 1] = redis.call('SCARD', held(P, key, cid))
    end
  end
  return counts
end

local function row(P, key, token)
  local fields = redis.call('HGETALL', P .. 'i:' .. key)
  local acts = redis.call('LRANGE', acts_of(P, key), 0, ACTS_AT_ONCE - 1)
  return {key, token, fields, redis.call('HGETALL', P .. 'k:' .. key), unsettled_of(P, key, fields), acts}
end
