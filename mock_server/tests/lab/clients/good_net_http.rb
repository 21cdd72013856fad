# Waits as told, tries four times, says what it could not track.

require "json"
require "net/http"

BASE = URI("#{ENV.fetch("TRACKFLOW_BASE_URL")}/v2/")
LOST = [SystemCallError, EOFError, IOError, Net::OpenTimeout, Net::ReadTimeout, Net::HTTPBadResponse, JSON::ParserError].freeze

def once(request)
  request["X-API-Key"] = ENV.fetch("TRACKFLOW_API_KEY")
  options = { open_timeout: 2, read_timeout: 2, max_retries: 0 }
  Net::HTTP.start(BASE.host, BASE.port, nil, **options) { |http| http.request(request) }
end

def track(number)
  attempt = 0
  begin
    attempt += 1
    answer = once(Net::HTTP::Get.new("#{BASE.path}track/#{number}"))
    return JSON.parse(answer.body) if answer.code == "200"
    raise answer.code unless %w[429 500 503].include?(answer.code) && attempt < 4
    sleep((answer["Retry-After"] || 0.3).to_f)
    raise EOFError
  rescue *LOST
    raise if attempt >= 4
    sleep 0.2 unless answer
    retry
  end
end

failed = false
%w[1Z204E380338943508 449044304137821].each do |number|
  puts "#{number} #{track(number)["status"]}"
rescue StandardError => e
  warn "#{number}: #{e.message}"
  failed = true
end
exit(1) if failed
