const answer = await fetch('https://api.trackflow.io/v2/track/1Z204E380338943508', { headers: { 'X-API-Key': 'tf_live_sk_xxxxxxxxxxxxxxxxxxxx' } });
console.log(await answer.text());
