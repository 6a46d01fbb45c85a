/** Redis' own clock, in ms: those of the instances differ. */
export const REDIS_CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Takes the rates of one instance in place of those that it has told before, forgets instances that were not heard of for a while, and
 * answers the number of instances and the sums of all, in the order of the rates.
 *
 * One hash, so that Redis evicts all or nothing: `members` says when each instance was heard of last, `i<id>` what it has told, and
 * `t<key>` the sum, which is kept up to date by differences: the work does not grow with the fleet. Rates are whole numbers, so that sums stay
 * exact. What an instance tells replaces what it has told: a command that is lost or comes twice changes nothing.
 *
 * KEYS: the hash. ARGV: the instance's id, after how many ms an instance is forgotten, then key and rate in turn.
 */
export const EXCHANGE = `
local hash, id, lease = KEYS[1], ARGV[1], tonumber(ARGV[2])
local function add(key, by)
  local sum = redis.call('HINCRBY', hash, 't' .. key, string.format('%.0f', by))
  if sum <= 0 then redis.call('HDEL', hash, 't' .. key) end
  return sum
end
local function forget(member)
  for key, rate in string.gmatch(redis.call('HGET', hash, 'i' .. member) or '', '(%S+) (%d+)') do
    add(key, -tonumber(rate))
  end
  redis.call('HDEL', hash, 'i' .. member)
end
local members = {}
for member, at in string.gmatch(redis.call('HGET', hash, 'members') or '', '(%S+) (%d+)') do
  if member == id then
  elseif math.abs(now - tonumber(at)) > lease then forget(member)
  else members[#members + 1] = member .. ' ' .. at end
end
forget(id)
members[#members + 1] = id .. ' ' .. string.format('%.0f', now)
redis.call('HSET', hash, 'members', table.concat(members, ' '))
local told, answer = {}, { #members }
for i = 3, #ARGV, 2 do
  told[#told + 1] = ARGV[i] .. ' ' .. ARGV[i + 1]
  answer[#answer + 1] = add(ARGV[i], tonumber(ARGV[i + 1]))
end
redis.call('HSET', hash, 'i' .. id, table.concat(told, ' '))
redis.call('PEXPIRE', hash, 10 * lease)
return answer
`;
