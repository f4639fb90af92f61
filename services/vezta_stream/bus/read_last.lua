-- Read the newest values of a merge scope, as of one moment.
--
-- KEYS  meta, last, order
-- ARGV  'all', 'since' and a seq, or 'keys' and the keys
--
-- Returns {epoch, seq, chain, values as [key, value, key, value, ...]}.
local STEP = 500
local state = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'chain')
if not state[1] then
  return {'', '0', '', {}}
end

local function of(keys, from)
  local found = {}
  for start = from, #keys, STEP do
    local stop = math.min(start + STEP - 1, #keys)
    for index, value in ipairs(redis.call('HMGET', KEYS[2], unpack(keys, start, stop))) do
      if value then
        found[#found + 1] = keys[start + index - 1]
        found[#found + 1] = value
      end
    end
  end
  return found
end

local values
if ARGV[1] == 'all' then
  values = redis.call('HGETALL', KEYS[2])
elseif ARGV[1] == 'since' then
  values = of(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[2], '+inf'), 1)
else
  values = of(ARGV, 2)
end
return {state[1], state[2], state[3], values}
