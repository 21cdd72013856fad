# Pass your API key in the X-API-Key header
curl https://api.trackflow.io/v2/track/1Z204E380338943508 \
  -H "X-API-Key: tf_live_sk_xxxxxxxxxxxxxxxxxxxx" \
  -H "Accept: application/json"
