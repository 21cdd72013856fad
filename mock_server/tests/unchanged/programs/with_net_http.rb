require 'net/http'

puts Net::HTTP.get(URI('https://api.trackflow.io/v2/track/1Z204E380338943508'), { 'X-API-Key' => 'tf_live_sk_xxxxxxxxxxxxxxxxxxxx' })
