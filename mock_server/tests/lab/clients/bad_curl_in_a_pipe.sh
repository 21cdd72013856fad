#!/bin/sh
# What curl leaves with is lost in the pipe, and whatever comes is counted.
# kind: swallows errors
# wrong at: listCarriers
curl --silent --max-time 3 -H "X-API-Key: $TRACKFLOW_API_KEY" "$TRACKFLOW_BASE_URL/v2/carriers" | tr ',' '\n' \
  | grep -c '"code"'
echo "carriers are up to date"
