// Node's own http module: a time limit, the whole body or none, and attempts as far apart as the answer says.
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const base = new URL(process.env.TRACKFLOW_BASE_URL);

function once(path) {
  return new Promise((resolve, reject) => {
    const question = http.get(new URL(path, base), { headers: { "X-API-Key": process.env.TRACKFLOW_API_KEY } }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        if (!answer.complete) return reject(new Error("cut short"));
        resolve({ status: answer.statusCode, wait: answer.headers["retry-after"], text: Buffer.concat(parts).toString() });
      });
    });
    question.setTimeout(2000, () => question.destroy(new Error("no answer")));
    question.on("error", reject);
  });
}

async function track(number) {
  let problem;
  for (let attempt = 0; attempt < 4; attempt++) {
    let wait = 0.3 * 2 ** attempt;
    try {
      const answer = await once(`/v2/track/${number}`);
      if (answer.status === 200) return JSON.parse(answer.text).status;
      problem = new Error(`${answer.status}`);
      if (answer.status !== 429 && answer.status < 500) throw Object.assign(problem, { final: true });
      wait = Number(answer.wait ?? wait);
    } catch (error) {
      if (error.final) throw error;
      problem = error;
    }
    await sleep(1000 * wait);
  }
  throw problem;
}

let failed = false;
for (const number of ["1Z204E380338943508", "449044304137821"]) {
  try {
    console.log(number, await track(number));
  } catch (error) {
    console.error(`${number}: ${error.message}`);
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;
