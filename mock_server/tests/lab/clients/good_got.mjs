// got, whose retries honour Retry-After by themselves.
// needs: got

import got from "got";

const client = got.extend({
  prefixUrl: `${process.env.TRACKFLOW_BASE_URL}/v2`,
  headers: { "X-API-Key": process.env.TRACKFLOW_API_KEY },
  timeout: { request: 2000 },
  retry: { limit: 4, statusCodes: [429, 500, 503], backoffLimit: 500 },
});
for (const number of ["1Z204E380338943508", "449044304137821"]) {
  try {
    console.log(number, (await client.get(`track/${number}`).json()).status);
  } catch (error) {
    console.error(`${number}: ${error.message}`);
    process.exitCode = 1;
  }
}
