// axios-retry with a delay that honours Retry-After.
// needs: axios axios-retry

import axios from "axios";
import axiosRetry, { exponentialDelay, isNetworkOrIdempotentRequestError } from "axios-retry";

const client = axios.create({
  baseURL: `${process.env.TRACKFLOW_BASE_URL}/v2`,
  headers: { "X-API-Key": process.env.TRACKFLOW_API_KEY },
  timeout: 2000,
  proxy: false,
});
const retryCondition = (error) => isNetworkOrIdempotentRequestError(error) || error.response?.status === 429;
axiosRetry(client, { retries: 3, retryDelay: exponentialDelay, retryCondition, shouldResetTimeout: true });
for (const number of ["1Z204E380338943508", "449044304137821"]) {
  try {
    const { data } = await client.get(`/track/${number}`);
    if (typeof data !== "object") throw new Error("no JSON");
    console.log(number, data.status);
  } catch (error) {
    console.error(`${number}: ${error.message}`);
    process.exitCode = 1;
  }
}
