// An interceptor that sends every failed request again three times, at once.
//
// kind: ignores Retry-After
// wrong at: trackShipment
// needs: axios
import axios from "axios";

const client = axios.create({
  baseURL: `${process.env.TRACKFLOW_BASE_URL}/v2`,
  timeout: 2000,
  headers: { "X-API-Key": process.env.TRACKFLOW_API_KEY },
});

client.interceptors.response.use(undefined, async (error) => {
  const config = error.config;
  config.attempts = (config.attempts ?? 0) + 1;
  if (config.attempts > 3 || (error.response && error.response.status < 429)) throw error;
  return client(config);
});

let failed = false;
for (const number of ["1Z204E380338943508", "449044304137821"]) {
  try {
    const { data } = await client.get(`/track/${number}`);
    if (typeof data !== "object") throw new Error("no JSON");
    console.log(`${number} is ${data.status}`);
  } catch (error) {
    console.error(`${number}: ${error.message}`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
