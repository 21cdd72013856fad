// What the client of hey-api does: every operation, a 429 with its headers, a 503.
import { createWebhook, deleteWebhook, listCarriers, trackBatch, trackShipment } from './generated';
import type { ErrorBody } from './generated';
import { client } from './generated/client.gen';

const [base, key, number, missing, limited, down] = process.argv.slice(2);
client.setConfig({ baseUrl: base, auth: () => key });

async function refusal(asked: string): Promise<[Response, ErrorBody]> {
  const { error, response } = await trackShipment({ path: { trackingNumber: asked } });
  if (!error || !response) throw new Error(`${asked} was answered`);
  return [response, error];
}

const seconds = (answer: Response, header: string) => Number(answer.headers.get(header));

async function main() {
  const { data: shipment } = await trackShipment({ path: { trackingNumber: number }, throwOnError: true });
  const shipments = [number, missing].map((each) => ({ tracking_number: each }));
  const { data: batch } = await trackBatch({ body: { shipments }, throwOnError: true });
  const { data: directory } = await listCarriers({ throwOnError: true });
  const url = 'https://example.com/hooks';
  const { data: hook } = await createWebhook({ body: { tracking_number: number, url, events: ['delivered'] }, throwOnError: true });
  const deleted = await deleteWebhook({ path: { webhookId: hook.webhook_id }, throwOnError: true });
  const [over, why] = await refusal(limited);
  const [out, reason] = await refusal(down);
  console.log(JSON.stringify({
    track: [shipment.status, shipment.carrier.code, shipment.origin?.country ?? null],
    batch: batch.results.map((each) => each.success),
    carriers: directory.count,
    webhook: [hook.webhook_id.slice(0, 3), hook.events],
    deleted: deleted.response?.status,
    limited: [over.status, why.error.code, seconds(over, 'Retry-After') > 0, seconds(over, 'X-RateLimit-Reset') > 0],
    down: [out.status, reason.error.code, seconds(out, 'Retry-After') > 0],
  }));
}

main();
