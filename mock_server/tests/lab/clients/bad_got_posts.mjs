// Lets got repeat a POST as it repeats a GET, though the webhook may have been made.
//
// kind: effect twice
// wrong at: createWebhook
// needs: got
import got from "got";

const client = got.extend({
  prefixUrl: `${process.env.TRACKFLOW_BASE_URL}/v2`,
  headers: { "x-api-key": process.env.TRACKFLOW_API_KEY },
  timeout: { request: 2000 },
  retry: { limit: 3, methods: ["GET", "POST", "DELETE"], backoffLimit: 200 },
});

try {
  const made = await client
    .post("webhooks", { json: { tracking_number: "1Z204E380338943508", url: "https://example.com/hook" } })
    .json();
  console.log(`subscribed to ${made.tracking_number}`);
} catch (error) {
  console.error(`no webhook: ${error.message}`);
  process.exit(1);
}
