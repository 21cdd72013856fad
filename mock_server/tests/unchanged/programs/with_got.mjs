import got from 'got';

console.log(await got('https://api.trackflow.io/v2/track/1Z204E380338943508', { headers: { 'X-API-Key': 'tf_live_sk_xxxxxxxxxxxxxxxxxxxx' } }).text());
