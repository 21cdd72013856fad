const https = require('https');

https.get('https://api.trackflow.io/v2/track/1Z204E380338943508', { headers: { 'X-API-Key': 'tf_live_sk_xxxxxxxxxxxxxxxxxxxx' } }, (answer) => {
  answer.setEncoding('utf8');
  let text = '';
  answer.on('data', (piece) => (text += piece));
  answer.on('end', () => console.log(text));
});
