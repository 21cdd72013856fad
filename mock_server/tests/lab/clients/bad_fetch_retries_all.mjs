// Tries again after any status that is not good.
//
// kind: retries a refusal
// wrong at: trackShipment

const base = `${process.env.TRACKFLOW_BASE_URL}/v2`;
const headers = { "X-API-Key": process.env.TRACKFLOW_API_KEY, "Content-Type": "application/json" };
const numbers = ["1Z204E380338943508", "449044304137821"];
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

async function ask(path, options = {}) {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(base + path, { headers, signal: AbortSignal.timeout(2000), ...options });
      if (answer.ok) return await answer.json();
      const error = new Error(`${answer.status}`);
      error.wait = Number(answer.headers.get("Retry-After"));
      throw error;
    } catch (error) {
      if (error.final || attempt === 3) throw error;
      await pause(error.wait || 0.2 * 2 ** attempt);
    }
  }
}

for (const number of numbers) {
  try {
    console.log(number, (await ask(`/track/${number}`)).status);
  } catch (error) {
    console.error(`${number}: ${error.message}`);
    process.exitCode = 1;
  }
}
