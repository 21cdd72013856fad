wget -qO- --header 'X-API-Key: tf_live_sk_xxxxxxxxxxxxxxxxxxxx' https://api.trackflow.io/v2/track/1Z204E380338943508
