# Rescues whatever happens and tries again after a moment, with no end.
#
# kind: never stops
# wrong at: trackShipment
require "json"
require "open-uri"

def track(number)
  url = "#{ENV.fetch('TRACKFLOW_BASE_URL')}/v2/track/#{number}"
  JSON.parse(URI.parse(url).open("X-API-Key" => ENV.fetch("TRACKFLOW_API_KEY"), read_timeout: 2, open_timeout: 2).read)
rescue StandardError
  sleep 0.4
  retry
end

%w[1Z204E380338943508 449044304137821].each do |number|
  puts "#{number}: #{track(number)['status']}"
end
