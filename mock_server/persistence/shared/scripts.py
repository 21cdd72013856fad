"""What the store does in one step, so that nobody comes between; Lua as Valkey and Redis run it.

Everything is below one prefix, in one slot. Who owns a key is `INCARNATION|FENCE`; nobody does where the first is
empty. The fence grows with each claim, also over a store that has lost everything: it is never below the store's clock.
"""

from mock_server.persistence.shared.link import StoreScript

PREFIX = "{trackflow-mock}:"
MOCK, INSTANCES, OWNERS = f"{PREFIX}mock", f"{PREFIX}instances", f"{PREFIX}owners"
HOLDINGS, LOOSE, AWAKE, LOG = f"{PREFIX}holdings", f"{PREFIX}loose", f"{PREFIX}awake", f"{PREFIX}log"
ALIVE, KEYS_OF, WORLD = f"{PREFIX}alive:", f"{PREFIX}keys:", f"{PREFIX}world:"

_FENCE = """
local function fence_after(fence)
  local now = redis.call('TIME')
  return string.format('%.0f', math.max(tonumber(fence) + 1, now[1] * 1000000 + now[2]))
end
local function parts(token)
  return string.match(token or '|0', '^(.*)|(%d+)$')
end
"""

JOIN = StoreScript("""
local theirs = redis.call('HGET', KEYS[1], 'settings')
local format = theirs and cjson.decode(theirs)['format']
if format and tostring(format) ~= ARGV[6] then return {0, theirs} end
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
  if redis.call('EXISTS', ARGV[1] .. name) == 1 then
    if theirs and theirs ~= ARGV[2] then return {0, theirs} end
  end
end
redis.call('HSET', KEYS[1], 'settings', ARGV[2])
redis.call('HSETNX', KEYS[1], 'id', ARGV[3])
redis.call('HSETNX', KEYS[1], 'secret', ARGV[4])
if tonumber(ARGV[5]) > tonumber(redis.call('HGET', KEYS[1], 'logged') or '0') then
  redis.call('HSET', KEYS[1], 'logged', ARGV[5])
end
return {1, redis.call('HGET', KEYS[1], 'id'), redis.call('HGET', KEYS[1], 'secret'),
        redis.call('HINCRBY', KEYS[1], 'joined', 1)}
""")
"""KEYS mock, instances; ARGV alive-prefix, settings, an id, a secret, a number that the log had, the format."""

RENEW = StoreScript("""
local unbroken = redis.call('EXISTS', KEYS[1])
redis.call('SET', KEYS[1], '1', 'PX', ARGV[3])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local found = {}
local all = redis.call('HGETALL', KEYS[2])
for i = 1, #all, 2 do
  found[#found + 1] = {all[i], all[i + 1], redis.call('EXISTS', ARGV[4] .. all[i])}
end
return {unbroken, redis.call('HGET', KEYS[3], 'id') or '', redis.call('HGET', KEYS[3], 'logged') or '0', found,
        redis.call('SRANDMEMBER', KEYS[4], 2000)}
""")
"""KEYS alive, instances, mock, loose; ARGV incarnation, record, milliseconds, alive-prefix."""

CLAIM = StoreScript(
    _FENCE
    + """
local owner, fence = parts(redis.call('HGET', KEYS[1], ARGV[1]))
if owner ~= '' and owner ~= ARGV[2] then
  local record = redis.call('HGET', KEYS[5], owner)
  if record and redis.call('EXISTS', ARGV[3] .. owner) == 1 then return {owner, record} end
  redis.call('SREM', ARGV[4] .. owner, ARGV[1])
end
if ARGV[5] == 'new' and owner ~= ARGV[2] and redis.call('EXISTS', KEYS[4]) == 1 then return {'', ''} end
if owner ~= ARGV[2] then fence = fence_after(fence) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '|' .. fence)
redis.call('SADD', ARGV[4] .. ARGV[2], ARGV[1])
redis.call('SREM', KEYS[2], ARGV[1])
return {'', fence, redis.call('HGET', KEYS[3], ARGV[1]) or '', redis.call('HGETALL', KEYS[4])}
"""
)
"""KEYS owners, loose, holdings, world, instances; ARGV key, incarnation, alive-prefix, keys-prefix, 'new' or 'any'."""

RECLAIM = StoreScript(
    _FENCE
    + """
local told = {}
for i = 2, #ARGV, 2 do
  local key, mine = ARGV[i], ARGV[i + 1]
  local found = redis.call('HGET', KEYS[1], key)
  local owner, fence = parts(found)
  if found == ARGV[1] .. '|' .. mine then
    told[#told + 1] = {'same', mine}
  elseif not found or (owner == '' and fence == mine) then
    fence = fence_after(mine)
    redis.call('HSET', KEYS[1], key, ARGV[1] .. '|' .. fence)
    redis.call('SADD', KEYS[2], key)
    redis.call('SREM', KEYS[3], key)
    told[#told + 1] = {'anew', fence}
  else
    told[#told + 1] = {'lost', fence}
  end
end
return told
"""
)
"""KEYS owners, keys-of-me, loose; ARGV incarnation, then key and fence of each."""

RELEASE = StoreScript("""
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('SREM', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[5]) == 0 then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.match(ARGV[2], '|%d+$'))
  if redis.call('SISMEMBER', KEYS[4], ARGV[1]) == 1 then redis.call('SADD', KEYS[3], ARGV[1]) end
end
return 1
""")
"""KEYS owners, keys-of-me, loose, awake, world; ARGV key, token."""

BURY = StoreScript("""
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local keys = redis.call('SPOP', KEYS[2], 500)
for _, key in ipairs(keys) do
  local owner, fence = string.match(redis.call('HGET', KEYS[3], key) or '|0', '^(.*)|(%d+)$')
  if owner == ARGV[1] then
    redis.call('HSET', KEYS[3], key, '|' .. fence)
    if redis.call('SISMEMBER', KEYS[5], key) == 1 then redis.call('SADD', KEYS[4], key) end
  end
end
if redis.call('EXISTS', KEYS[2]) == 1 then return 1 end
redis.call('HDEL', KEYS[6], ARGV[1])
return 0
""")
"""KEYS alive, keys-of-it, owners, loose, awake, instances; ARGV incarnation: 1 if there is more to do."""

LEAVE = StoreScript("""
redis.call('DEL', KEYS[1])
return redis.call('HDEL', KEYS[2], ARGV[1])
""")
"""KEYS alive, instances; ARGV incarnation."""

WRITE = StoreScript("""
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '1' then redis.call('DEL', KEYS[2]) end
if ARGV[4] == '1' then redis.call('SADD', KEYS[3], ARGV[1]) end
if ARGV[4] == '0' then redis.call('SREM', KEYS[3], ARGV[1]) end
local dropped = 5 + tonumber(ARGV[5])
for i = 6, dropped, 4000 do
  redis.call('HSET', KEYS[2], unpack(ARGV, i, math.min(i + 3999, dropped)))
end
for i = dropped + 1, #ARGV, 4000 do
  redis.call('HDEL', KEYS[2], unpack(ARGV, i, math.min(i + 3999, #ARGV)))
end
return 1
""")
"""KEYS owners, world, awake; ARGV key, token, clear, awake, how many values follow, field and value..., field..."""

KEPT = StoreScript("return redis.call('HGET', KEYS[1], ARGV[1])")
"""KEYS world; ARGV a column."""

HOLD = StoreScript("return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])")
"""KEYS holdings; ARGV key, holding."""

OPENING = StoreScript("return redis.call('HMGET', KEYS[1], 'opening', 'at', 'fresh')")
"""KEYS mock."""

FRESH = StoreScript("""
if tonumber(ARGV[1]) > tonumber(redis.call('HGET', KEYS[1], 'fresh') or '0') then
  redis.call('HSET', KEYS[1], 'fresh', ARGV[1])
end
""")
"""KEYS mock; ARGV the number of a call that began all anew."""

FORGET_ALL = StoreScript("redis.call('HDEL', KEYS[1], 'opening', 'at') redis.call('DEL', KEYS[2])")
"""KEYS mock, holdings."""

KEEP_OPENING = StoreScript("""
if tonumber(ARGV[2]) < tonumber(redis.call('HGET', KEYS[1], 'at') or '0') then return 0 end
redis.call('HSET', KEYS[1], 'opening', ARGV[1], 'at', ARGV[2])
return 1
""")
"""KEYS mock; ARGV opening, up to which number of the log."""

SETTLE = StoreScript("""
if redis.call('HSETNX', KEYS[1], 'opening', ARGV[1]) == 1 then redis.call('HSETNX', KEYS[1], 'at', '0') end
return redis.call('HGET', KEYS[1], 'opening')
""")
"""KEYS mock; ARGV how a mock begins that nobody has begun: how it has been begun."""

LOGGED = StoreScript("""
local number = redis.call('HINCRBY', KEYS[1], 'logged', 1)
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('LTRIM', KEYS[2], -tonumber(ARGV[2]), -1)
return number
""")
"""KEYS mock, log; ARGV a call, how many are kept: its number."""

SINCE = StoreScript("""
local number = tonumber(redis.call('HGET', KEYS[1], 'logged') or '0')
local first = number - redis.call('LLEN', KEYS[2]) + 1
if tonumber(ARGV[1]) >= number then return {first, {}} end
return {first, redis.call('LRANGE', KEYS[2], math.max(0, tonumber(ARGV[1]) + 1 - first), -1)}
""")
"""KEYS mock, log; ARGV a number: which number the log begins with, and the calls after that one."""
