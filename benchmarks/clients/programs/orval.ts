// What the client of orval does: every operation, a 429 with its headers, a 503.
import { EventName, createWebhook, deleteWebhook, listCarriers, trackBatch, trackShipment } from './generated';
import type { ErrorBody } from './generated';

const [base, key, number, missing, limited, down] = process.argv.slice(2);
const ours: RequestInit = { headers: { 'X-API-Key': key } };
const fetched = globalThis.fetch;
globalThis.fetch = (path, init) => fetched(`${base}${path}`, { ...init, headers: { ...init?.headers, ...ours.headers } });

async function refusal(asked: string): Promise<[Headers, number, ErrorBody]> {
  const answer = await trackShipment(asked);
  if (answer.status === 200) throw new Error(`${asked} was answered`);
  return [answer.headers, answer.status, answer.data];
}

const seconds = (headers: Headers, header: string) => Number(headers.get(header));

async function main() {
  const tracked = await trackShipment(number);
  const batch = await trackBatch({ shipments: [number, missing].map((each) => ({ tracking_number: each })) });
  const directory = await listCarriers();
  const hook = await createWebhook({ tracking_number: number, url: 'https://example.com/hooks', events: [EventName.delivered] });
  if (tracked.status !== 200 || batch.status !== 200 || directory.status !== 200 || hook.status !== 201) throw new Error('refused');
  const deleted = await deleteWebhook(hook.data.webhook_id);
  const [over, status, why] = await refusal(limited);
  const [out, outStatus, reason] = await refusal(down);
  console.log(JSON.stringify({
    track: [tracked.data.status, tracked.data.carrier.code, tracked.data.origin?.country ?? null],
    batch: batch.data.results.map((each) => each.success),
    carriers: directory.data.count,
    webhook: [hook.data.webhook_id.slice(0, 3), hook.data.events],
    deleted: deleted.status,
    limited: [status, why.error.code, seconds(over, 'Retry-After') > 0, seconds(over, 'X-RateLimit-Reset') > 0],
    down: [outStatus, reason.error.code, seconds(out, 'Retry-After') > 0],
  }));
}

main();
