"""What the client of openapi-generator's `python` does: every operation, a 429 with its headers, a 503."""

import json
import sys

from trackflow_client import (
    ApiClient,
    ApiException,
    BatchRequest,
    BatchShipment,
    Configuration,
    ErrorBody,
    WebhookRequest,
)
from trackflow_client.api.carriers_api import CarriersApi
from trackflow_client.api.tracking_api import TrackingApi
from trackflow_client.api.webhooks_api import WebhooksApi
from trackflow_client.models.event_name import EventName

base, key, number, missing, limited, down = sys.argv[1:]
client = ApiClient(Configuration(host=base, api_key={"apiKey": key}))
tracking, carriers, webhooks = TrackingApi(client), CarriersApi(client), WebhooksApi(client)


def refusal(asked: str) -> tuple[ApiException, str]:
    try:
        tracking.track_shipment(asked)
    except ApiException as error:
        return error, ErrorBody.from_json(error.body).error.code.value
    raise AssertionError(f"{asked} was answered")


shipment = tracking.track_shipment(number)
wishes = [BatchShipment(tracking_number=each) for each in (number, missing)]
batch = tracking.track_batch(BatchRequest(shipments=wishes))
hook = webhooks.create_webhook(
    WebhookRequest(tracking_number=number, url="https://example.com/hooks", events=[EventName.DELIVERED])
)
deleted = webhooks.delete_webhook_with_http_info(hook.webhook_id)
over, over_code = refusal(limited)
out, out_code = refusal(down)
told = {
    "track": [shipment.status.value, shipment.carrier.code, shipment.origin.country if shipment.origin else None],
    "batch": [each.success for each in batch.results],
    "carriers": carriers.list_carriers().count,
    "webhook": [hook.webhook_id[:3], [each.value for each in hook.events]],
    "deleted": deleted.status_code,
    "limited": [
        over.status,
        over_code,
        int(over.headers["Retry-After"]) > 0,
        int(over.headers["X-RateLimit-Reset"]) > 0,
    ],
    "down": [out.status, out_code, int(out.headers["Retry-After"]) > 0],
}
print(json.dumps(told))
