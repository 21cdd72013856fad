const res = await fetch('https://api.trackflow.io/v2/track/batch', {
  method: 'POST',
  headers: {
    'X-API-Key': 'tf_live_sk_xxxxxxxxxxxxxxxxxxxx',
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    shipments: [
      { tracking_number: '1Z204E380338943508', carrier: 'ups' },
      { tracking_number: '449044304137821', carrier: 'fedex' },
    ],
  }),
});
