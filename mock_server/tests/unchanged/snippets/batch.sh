curl -X POST https://api.trackflow.io/v2/track/batch \
  -H "X-API-Key: tf_live_sk_xxxxxxxxxxxxxxxxxxxx" \
  -H "Content-Type: application/json" \
  -d '{
    "shipments": [
      { "tracking_number": "1Z204E380338943508", "carrier": "ups" },
      { "tracking_number": "449044304137821", "carrier": "fedex" }
    ]
  }'
