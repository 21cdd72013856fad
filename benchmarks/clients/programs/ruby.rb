# What the client of openapi-generator's `ruby` does: every operation, a 429 with its headers, a 503.
require 'json'
require 'uri'
require 'trackflow_client'

base, key, number, missing, limited, down = ARGV
uri = URI(base)
TrackFlowClient.configure do |config|
  config.scheme = uri.scheme
  config.host = "#{uri.host}:#{uri.port}"
  config.base_path = uri.path
  config.server_index = nil
  config.api_key['X-API-Key'] = key
end
TRACKING = TrackFlowClient::TrackingApi.new
webhooks = TrackFlowClient::WebhooksApi.new

def refusal(asked)
  TRACKING.track_shipment(asked)
  raise "#{asked} was answered"
rescue TrackFlowClient::ApiError => e
  body = TrackFlowClient::ErrorBody.build_from_hash(JSON.parse(e.response_body))
  [e.code, body.error.code, e.response_headers.transform_keys(&:downcase)]
end

shipment = TRACKING.track_shipment(number)
wishes = [number, missing].map { |each| TrackFlowClient::BatchShipment.new(tracking_number: each) }
batch = TRACKING.track_batch(TrackFlowClient::BatchRequest.new(shipments: wishes))
hook = webhooks.create_webhook(
  TrackFlowClient::WebhookRequest.new(tracking_number: number, url: 'https://example.com/hooks',
                                      events: [TrackFlowClient::EventName::DELIVERED])
)
_, deleted, = webhooks.delete_webhook_with_http_info(hook.webhook_id)
over, over_code, over_headers = refusal(limited)
out, out_code, out_headers = refusal(down)

puts JSON.generate(
  track: [shipment.status, shipment.carrier.code, shipment.origin&.country],
  batch: batch.results.map(&:success),
  carriers: TrackFlowClient::CarriersApi.new.list_carriers.count,
  webhook: [hook.webhook_id[0, 3], hook.events],
  deleted: deleted,
  limited: [over, over_code, over_headers['retry-after'].to_i.positive?, over_headers['x-ratelimit-reset'].to_i.positive?],
  down: [out, out_code, out_headers['retry-after'].to_i.positive?]
)
