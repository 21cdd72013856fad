// What openapi-fetch does with the types of openapi-typescript: every operation, a 429 with its headers, a 503.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated';

const [base, key, number, missing, limited, down] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: base, headers: { 'X-API-Key': key } });

type Body = components['schemas']['ErrorBody'];

async function refusal(asked: string): Promise<[Response, Body]> {
  const { error, response } = await client.GET('/track/{trackingNumber}', { params: { path: { trackingNumber: asked } } });
  if (!error) throw new Error(`${asked} was answered`);
  return [response, error];
}

function given<T>(data: T | undefined): T {
  if (data === undefined) throw new Error('refused');
  return data;
}

const seconds = (answer: Response, header: string) => Number(answer.headers.get(header));

async function main() {
  const tracked = await client.GET('/track/{trackingNumber}', { params: { path: { trackingNumber: number } } });
  const shipment = given(tracked.data);
  const shipments = [number, missing].map((each) => ({ tracking_number: each }));
  const batch = given((await client.POST('/track/batch', { body: { shipments } })).data);
  const directory = given((await client.GET('/carriers')).data);
  const url = 'https://example.com/hooks';
  const hook = given((await client.POST('/webhooks', { body: { tracking_number: number, url, events: ['delivered'] } })).data);
  const deleted = await client.DELETE('/webhooks/{webhookId}', { params: { path: { webhookId: hook.webhook_id } } });
  const [over, why] = await refusal(limited);
  const [out, reason] = await refusal(down);
  console.log(JSON.stringify({
    track: [shipment.status, shipment.carrier.code, shipment.origin?.country ?? null],
    batch: batch.results.map((each) => each.success),
    carriers: directory.count,
    webhook: [hook.webhook_id.slice(0, 3), hook.events],
    deleted: deleted.response.status,
    limited: [over.status, why.error.code, seconds(over, 'Retry-After') > 0, seconds(over, 'X-RateLimit-Reset') > 0],
    down: [out.status, reason.error.code, seconds(out, 'Retry-After') > 0],
  }));
}

main();
