-- Read a scope's position; a scope without one begins an epoch, so that readers can name it.
--
-- KEYS  meta
-- ARGV  a name for an epoch that was never given before, how long the key lives in milliseconds
--
-- Returns {epoch, seq}.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
if state[1] then
  return state
end
local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'seq', '0', 'replid', replid, 'chain', '', 'base', '0')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {ARGV[1], '0'}
