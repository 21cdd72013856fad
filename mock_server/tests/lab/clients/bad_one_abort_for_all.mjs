// One AbortController for all attempts: after the first that is too slow, every further one is over at once.
// kind: state is not reset
// wrong at: trackShipment
import { setTimeout as sleep } from 'node:timers/promises'

const url = `${process.env.TRACKFLOW_BASE_URL}/v2/track/1Z204E380338943508`
const controller = new AbortController()
setTimeout(() => controller.abort(), 3000).unref()

for (let attempt = 1; attempt <= 4; attempt++) {
  try {
    const answer = await fetch(url, { headers: { 'X-API-Key': process.env.TRACKFLOW_API_KEY }, signal: controller.signal })
    if (answer.ok) {
      console.log((await answer.json()).status)
      break
    }
    if (answer.status < 500 && answer.status !== 429) {
      console.error(`refused: ${answer.status}`)
      process.exitCode = 1
      break
    }
    await sleep(1000 * Number(answer.headers.get('retry-after') ?? 0.5))
  } catch {
    await sleep(500)
  }
}
