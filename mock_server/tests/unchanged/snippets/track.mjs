const trackPackage = async (trackingNumber) => {
  const res = await fetch(
    `https://api.trackflow.io/v2/track/${trackingNumber}`,
    {
      headers: {
        'X-API-Key': 'tf_live_sk_xxxxxxxxxxxxxxxxxxxx',
        'Accept': 'application/json',
      },
    }
  );
  return res.json();
};
