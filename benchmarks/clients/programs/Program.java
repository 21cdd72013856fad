// What the client of openapi-generator's `java` does: every operation, a 429 with its headers, a 503.
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trackflow.client.ApiClient;
import io.trackflow.client.ApiException;
import io.trackflow.client.api.CarriersApi;
import io.trackflow.client.api.TrackingApi;
import io.trackflow.client.api.WebhooksApi;
import io.trackflow.client.model.BatchRequest;
import io.trackflow.client.model.BatchResult;
import io.trackflow.client.model.BatchShipment;
import io.trackflow.client.model.ErrorBody;
import io.trackflow.client.model.EventName;
import io.trackflow.client.model.Tracking;
import io.trackflow.client.model.Webhook;
import io.trackflow.client.model.WebhookRequest;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class Program {
    static final ObjectMapper JSON = ApiClient.createDefaultObjectMapper();
    static TrackingApi tracking;

    record Refusal(int status, String code, ApiException error) {
        boolean seconds(String header) {
            return error.getResponseHeaders().firstValueAsLong(header).orElse(0) > 0;
        }
    }

    static Refusal refusal(String asked) throws Exception {
        try {
            tracking.trackShipment(asked, null, null);
        } catch (ApiException error) {
            ErrorBody body = JSON.readValue(error.getResponseBody(), ErrorBody.class);
            return new Refusal(error.getCode(), body.getError().getCode().getValue(), error);
        }
        throw new IllegalStateException(asked + " was answered");
    }

    public static void main(String[] words) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(words[0]);
        client.setRequestInterceptor(request -> request.header("X-API-Key", words[1]));
        tracking = new TrackingApi(client);
        WebhooksApi webhooks = new WebhooksApi(client);

        Tracking shipment = tracking.trackShipment(words[2], null, null);
        BatchRequest wish = new BatchRequest();
        for (String each : List.of(words[2], words[3])) wish.addShipmentsItem(new BatchShipment().trackingNumber(each));
        List<Boolean> batch = tracking.trackBatch(wish).getResults().stream().map(BatchResult::getSuccess).toList();
        Webhook hook = webhooks.createWebhook(new WebhookRequest().trackingNumber(words[2])
            .url(URI.create("https://example.com/hooks")).addEventsItem(EventName.DELIVERED));
        int deleted = webhooks.deleteWebhookWithHttpInfo(hook.getWebhookId()).getStatusCode();
        Refusal over = refusal(words[4]);
        Refusal out = refusal(words[5]);

        Map<String, Object> told = new LinkedHashMap<>();
        String country = shipment.getOrigin() == null ? null : shipment.getOrigin().getCountry();
        told.put("track", new Object[] {shipment.getStatus().getValue(), shipment.getCarrier().getCode(), country});
        told.put("batch", batch);
        told.put("carriers", new CarriersApi(client).listCarriers().getCount());
        told.put("webhook", List.of(hook.getWebhookId().substring(0, 3), hook.getEvents()));
        told.put("deleted", deleted);
        told.put("limited", List.of(over.status, over.code, over.seconds("Retry-After"), over.seconds("X-RateLimit-Reset")));
        told.put("down", List.of(out.status, out.code, out.seconds("Retry-After")));
        System.out.println(JSON.writeValueAsString(told));
    }
}
