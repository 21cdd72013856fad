<?php
$asked = curl_init('https://api.trackflow.io/v2/track/1Z204E380338943508');
curl_setopt($asked, CURLOPT_HTTPHEADER, ['X-API-Key: tf_live_sk_xxxxxxxxxxxxxxxxxxxx']);
curl_exec($asked);
