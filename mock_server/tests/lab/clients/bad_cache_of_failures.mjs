// Keeps the promise of each question, also of one that failed: every further attempt gets the same failure.
// kind: state is not reset
// wrong at: trackShipment
import { setTimeout as sleep } from 'node:timers/promises'

const base = process.env.TRACKFLOW_BASE_URL, headers = { 'X-API-Key': process.env.TRACKFLOW_API_KEY }
const cache = new Map()

async function ask(path) {
  const answer = await fetch(base + path, { headers, signal: AbortSignal.timeout(3000) })
  if (!answer.ok) throw Object.assign(new Error(`${answer.status}`), { wait: answer.headers.get('retry-after') })
  return answer.json()
}

function cached(path) {
  if (!cache.has(path)) cache.set(path, ask(path))
  return cache.get(path)
}

async function track(number) {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await cached(`/v2/track/${number}`)).status
    } catch (error) {
      if (attempt === 3) return 'unknown'
      await sleep(1000 * Number(error.wait ?? 0.2))
    }
  }
}

for (const number of ['1Z204E380338943508', '449044304137821']) console.log(number, await track(number))
