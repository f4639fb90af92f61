-- Read a log scope after a position, as of one moment.
--
-- KEYS  meta, log
-- ARGV  epoch and seq of the position, how many entries at most
--
-- Returns {epoch, seq, 1 when the position is a part of this epoch's past, entries}.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'chain', 'base')
if not state[1] then
  return {'', '0', 0, {}}
end
local epoch, seq, after = state[1], tonumber(state[2]), tonumber(ARGV[2])
local reaches = ARGV[1] == epoch and seq or -1
for name, ended in string.gmatch(state[3], '(%S+):(%d+)') do
  if name == ARGV[1] then
    reaches = tonumber(ended)
  end
end
local part = after <= reaches
if ARGV[1] == epoch and not part then
  after = seq -- of the future: nothing follows it
elseif not part then
  after = tonumber(state[4]) -- what there is of this epoch alone
end
local from = string.format('%.0f-0', after + 1)
local entries = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', ARGV[3])
return {epoch, state[2], part and 1 or 0, entries}
