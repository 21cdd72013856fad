// Catches what goes wrong and goes on as if it had an answer.
//
// kind: swallows errors
// wrong at: trackShipment

const base = `${process.env.TRACKFLOW_BASE_URL}/v2`;
const headers = { "X-API-Key": process.env.TRACKFLOW_API_KEY, "Content-Type": "application/json" };
const numbers = ["1Z204E380338943508", "449044304137821"];
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

for (const number of numbers) {
  const answer = await fetch(`${base}/track/${number}`, { headers, signal: AbortSignal.timeout(2000) }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (body?.success) console.log(number, body.status);
}
