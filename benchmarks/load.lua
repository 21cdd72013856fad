-- The same requests for every server: each path of a file in turn, for ever or until enough are answered.
-- Arguments: FILE of paths, one a line; optionally the number of ANSWERS after which to stop.

local requests, turn = {}, 0
local answered, enough = 0, 0

local function count()
  answered = answered + 1
  if answered == enough then
    io.write("ENOUGH\n") -- a stopped thread does not end wrk, so whoever reads this has to interrupt it
    io.flush()
    wrk.thread:stop()
  end
end

function init(arguments)
  for path in io.lines(arguments[1]) do
    local key, rest = path:match("(%S+) (%S+)") -- a path may come with a key of its own
    local headers = key and { ["X-API-Key"] = key } or nil
    requests[#requests + 1] = wrk.format("GET", rest or path, headers)
  end
  if arguments[2] then
    enough = tonumber(arguments[2])
    response = count -- only here: a response callback slows wrk down
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "bytes": %d, "p50_us": %.0f, "p99_us": %.0f, "errors": ' ..
    '{"connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d}}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
