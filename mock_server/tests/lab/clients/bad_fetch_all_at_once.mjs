// Asks eight times at once when an answer fails, and takes the first that comes.
//
// kind: storms
// wrong at: trackShipment

const base = `${process.env.TRACKFLOW_BASE_URL}/v2`;
const headers = { "X-API-Key": process.env.TRACKFLOW_API_KEY, "Content-Type": "application/json" };
const numbers = ["1Z204E380338943508", "449044304137821"];
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

async function once(path) {
  const answer = await fetch(base + path, { headers, signal: AbortSignal.timeout(2000) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return await answer.json();
}
const ask = (path) => once(path).catch(() => Promise.any(Array.from({ length: 8 }, () => once(path))));

for (const number of numbers) {
  try {
    console.log(number, (await ask(`/track/${number}`)).status);
  } catch (error) {
    console.error(`${number}: ${error.message}`);
    process.exitCode = 1;
  }
}
