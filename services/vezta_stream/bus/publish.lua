-- Accept, number, store and deliver the entries of one scope, all or nothing.
--
-- KEYS  meta, last, order, log (of one scope: one hash tag)
-- ARGV  1 pub/sub channel, or '' to store without delivering
--       2 'merge' or 'log'
--       3 a name for an epoch that was never given before
--       4 how long the keys live without being written to, in milliseconds
--       5 how many entries the log keeps
--       6 the epoch that it must be, or '' for any: in another one nothing is accepted
--       7 the number of lanes, then the lanes' names
--       then for each entry: number of its lane (from 1; negative for a tombstone),
--       source position (of fixed width, so that it compares as text), key, data
--
-- Returns {epoch, seq} as they are afterwards, then 1 when it was not that epoch.
local meta, last, order, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local channel, merge, lanes = ARGV[1], ARGV[2] == 'merge', tonumber(ARGV[7])
local FIRST_LANE = 8
local STEP = 500 -- arguments of one command: Lua's stack is limited

local function whole(number)
  return string.format('%.0f', number)
end

-- The server's own word, not what a client read when it connected: replicas are promoted
-- and identities change while connections live.
local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
local state = redis.call('HMGET', meta, 'epoch', 'seq', 'replid', 'chain')
local epoch, seq = state[1], tonumber(state[2] or 0)

if state[3] ~= replid then
  -- What was written last may be missing here, so its numbers may be given again. The
  -- chain says up to where earlier epochs are a part of this one: what is left of them.
  local chain = ''
  if epoch then
    chain = epoch .. ':' .. whole(seq) .. ' ' .. (state[4] or '')
    chain = string.match(chain, '^' .. string.rep('%S*%s?', 8))
  else
    redis.call('DEL', last, order, log)
  end
  epoch = ARGV[3]
  redis.call('HSET', meta, 'epoch', epoch, 'seq', whole(seq), 'replid', replid,
    'chain', chain, 'base', whole(seq))
end

if ARGV[6] ~= '' and ARGV[6] ~= epoch then
  redis.call('PEXPIRE', meta, ARGV[4])
  return {epoch, whole(seq), 1}
end

local accepted = {}
for from = 1, lanes, STEP do
  local to = math.min(from + STEP - 1, lanes)
  local names = {}
  for lane = from, to do
    names[#names + 1] = 'lane ' .. ARGV[FIRST_LANE - 1 + lane]
  end
  for index, source in ipairs(redis.call('HMGET', meta, unpack(names))) do
    accepted[from - 1 + index] = source or ''
  end
end

local first = seq + 1
local moved, values, ranks = {}, {}, {}
local message = {'\1', epoch, ' ', whole(first), '\n'}
for at = FIRST_LANE + lanes, #ARGV, 4 do
  local lane, source, key, data = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local tombstone = lane < 0
  lane = math.abs(lane)
  if source > accepted[lane] then
    accepted[lane] = source
    moved[lane] = true
    if not tombstone then
      seq = seq + 1
      if channel ~= '' then
        local n = #message
        message[n + 1] = struct.pack('>I4I4', #key, #data)
        message[n + 2] = key
        message[n + 3] = data
      end
    end
    if not merge then
      if not tombstone then
        local id = whole(seq) .. '-0'
        if channel ~= '' then
          redis.call('XADD', log, id, 'k', key, 'd', data)
        else
          redis.call('XADD', log, id, 'k', key, 'd', data, 'u', '1') -- unpublished
        end
      end
    elseif tombstone then
      values[key], ranks[key] = nil, nil
      redis.call('HDEL', last, key)
      redis.call('ZREM', order, key)
    else
      values[key], ranks[key] = whole(seq) .. '\n' .. data, whole(seq)
    end
  end
end

local function write(command, key, pairs_of)
  for from = 1, #pairs_of, STEP do
    redis.call(command, key, unpack(pairs_of, from, math.min(from + STEP - 1, #pairs_of)))
  end
end

local fields, scores, sources = {}, {}, {}
for key, value in pairs(values) do
  local n = #fields
  fields[n + 1], fields[n + 2] = key, value
  scores[n + 1], scores[n + 2] = ranks[key], key
end
for lane in pairs(moved) do
  local n = #sources
  sources[n + 1], sources[n + 2] = 'lane ' .. ARGV[FIRST_LANE - 1 + lane], accepted[lane]
end
write('HSET', last, fields)
write('ZADD', order, scores)
write('HSET', meta, sources)

if seq >= first then
  redis.call('HSET', meta, 'seq', whole(seq))
  if not merge then
    redis.call('XTRIM', log, 'MAXLEN', '~', ARGV[5])
  end
  if channel ~= '' then
    redis.call('PUBLISH', channel, table.concat(message))
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[4])
end
return {epoch, whole(seq), 0}
