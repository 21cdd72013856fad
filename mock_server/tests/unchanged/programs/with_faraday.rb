require 'faraday'

puts Faraday.get('https://api.trackflow.io/v2/track/1Z204E380338943508', nil, { 'X-API-Key' => 'tf_live_sk_xxxxxxxxxxxxxxxxxxxx' }).body
