// Tests of a batch and of one that is empty, by Node's own runner.
//
// blind: trackBatch 200 /count
// blind: trackBatch 200 X-RateLimit-Remaining
// blind: trackBatch 200 X-RateLimit-Reset
// blind: trackBatch 200 Content-Type
// blind: trackBatch 200 /results/*/error/message
// blind: trackBatch 200 /results/*/carrier/service
// blind: trackBatch 200 /results/*/events/*/status
// blind: trackBatch 400 X-RateLimit-Remaining
// blind: trackBatch 400 X-RateLimit-Reset
// blind: trackBatch 400 /error/message

import assert from "node:assert/strict";
import test from "node:test";

const known = { tracking_number: "1Z204E380338943508", carrier: "ups" };
const missing = { tracking_number: "1ZTFTEST0300004046" };

async function batch(shipments) {
  return await fetch(`${process.env.TRACKFLOW_BASE_URL}/v2/track/batch`, {
    method: "POST",
    headers: { "X-API-Key": process.env.TRACKFLOW_API_KEY, "Content-Type": "application/json" },
    body: JSON.stringify({ shipments }),
  });
}

test("results come in the order of the shipments", async () => {
  const answer = await batch([known, missing]);
  assert.equal(answer.status, 200);
  const body = await answer.json();
  assert.equal(body.success, true);
  const [first, second, ...more] = body.results;
  assert.equal(more.length, 0);
  assert.deepEqual(
    [second.success, second.tracking_number, second.error.code],
    [false, missing.tracking_number, "not_found"],
  );
  assert.equal(second.status, undefined);
  assert.deepEqual([first.carrier.code, first.carrier.name], ["ups", "UPS"]);
  const [{ location, timestamp, type }] = first.events;
  assert.deepEqual([location, timestamp, type], ["Louisville, KY", "2026-06-15T03:42:00Z", "transit"]);
  const { carrier, events, ...rest } = first;
  assert.deepEqual(rest, {
    success: true,
    tracking_number: "1Z204E380338943508",
    status: "in_transit",
    status_description: "Package transferred to destination facility",
    estimated_delivery: "2026-06-17T23:59:00Z",
    origin: { city: "Los Angeles", country: "US" },
    destination: { city: "New York", country: "US" },
    last_updated: "2026-06-15T09:00:00Z",
  });
});

test("an empty batch is refused", async () => {
  const answer = await batch([]);
  assert.deepEqual([answer.status, answer.headers.get("Content-Type")], [400, "application/json"]);
  const body = await answer.json();
  assert.deepEqual([body.success, body.error.code], [false, "invalid_request"]);
});
