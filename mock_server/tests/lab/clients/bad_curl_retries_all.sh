#!/bin/sh
# --retry-all-errors with --fail: a wrong key or an unknown number is asked for again as well.
# kind: retries a 400
# wrong at: trackShipment
curl --silent --show-error --fail --max-time 3 --retry 3 --retry-all-errors \
  -H "X-API-Key: $TRACKFLOW_API_KEY" "$TRACKFLOW_BASE_URL/v2/track/1Z204E380338943508" > /dev/null || exit 1
echo tracked
