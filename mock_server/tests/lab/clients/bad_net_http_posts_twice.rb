# Makes a webhook again when the answer to the first attempt was lost.
#
# kind: effect twice
# wrong at: createWebhook

require "json"
require "net/http"

BASE = URI("#{ENV.fetch("TRACKFLOW_BASE_URL")}/v2/")
LOST = [SystemCallError, EOFError, IOError, Net::OpenTimeout, Net::ReadTimeout, Net::HTTPBadResponse, JSON::ParserError].freeze

def once(request)
  request["X-API-Key"] = ENV.fetch("TRACKFLOW_API_KEY")
  options = { open_timeout: 2, read_timeout: 2, max_retries: 0 }
  Net::HTTP.start(BASE.host, BASE.port, nil, **options) { |http| http.request(request) }
end

attempt = 0
begin
  attempt += 1
  wanted = { tracking_number: "1Z204E380338943508", url: "https://example.com/hook" }
  request = Net::HTTP::Post.new("#{BASE.path}webhooks", "Content-Type" => "application/json")
  request.body = JSON.generate(wanted)
  answer = once(request)
  abort "not subscribed: #{answer.code}" unless answer.code == "201"
  puts "subscribed to #{JSON.parse(answer.body)["tracking_number"]}"
rescue *LOST => e
  abort "not subscribed: #{e.message}" if attempt >= 3
  sleep 0.3
  retry
end
