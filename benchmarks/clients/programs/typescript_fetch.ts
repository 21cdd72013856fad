// What the client of openapi-generator's `typescript-fetch` does: every operation, a 429 with its headers, a 503.
import { CarriersApi, Configuration, EventName, ResponseError, TrackingApi, WebhooksApi } from './generated';
import type { ErrorBody } from './generated';

const [base, key, number, missing, limited, down] = process.argv.slice(2);
const configuration = new Configuration({ basePath: base, apiKey: key });
const tracking = new TrackingApi(configuration);
const webhooks = new WebhooksApi(configuration);

async function refusal(asked: string): Promise<[Response, ErrorBody]> {
  try {
    await tracking.trackShipment({ trackingNumber: asked });
  } catch (error) {
    if (error instanceof ResponseError) return [error.response, await error.response.json()];
    throw error;
  }
  throw new Error(`${asked} was answered`);
}

const seconds = (answer: Response, header: string) => Number(answer.headers.get(header));

async function main() {
  const shipment = await tracking.trackShipment({ trackingNumber: number });
  const shipments = [number, missing].map((each) => ({ trackingNumber: each }));
  const batch = await tracking.trackBatch({ batchRequest: { shipments } });
  const directory = await new CarriersApi(configuration).listCarriers();
  const hook = await webhooks.createWebhook({
    webhookRequest: { trackingNumber: number, url: 'https://example.com/hooks', events: [EventName.Delivered] },
  });
  const deleted = await webhooks.deleteWebhookRaw({ webhookId: hook.webhookId });
  const [over, why] = await refusal(limited);
  const [out, reason] = await refusal(down);
  console.log(JSON.stringify({
    track: [shipment.status, shipment.carrier.code, shipment.origin?.country ?? null],
    batch: batch.results.map((each) => each.success),
    carriers: directory.count,
    webhook: [hook.webhookId.slice(0, 3), hook.events],
    deleted: deleted.raw.status,
    limited: [over.status, why.error.code, seconds(over, 'Retry-After') > 0, seconds(over, 'X-RateLimit-Reset') > 0],
    down: [out.status, reason.error.code, seconds(out, 'Retry-After') > 0],
  }));
}

main();
