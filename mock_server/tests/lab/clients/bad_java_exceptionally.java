// Every future that fails becomes an empty text, which is printed like any other.
// kind: swallows errors
// wrong at: trackShipment

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

public class Track {
    static final Pattern STATUS = Pattern.compile("\"status\"\\s*:\\s*\"(\\w+)\"");

    public static void main(String[] args) {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<CompletableFuture<String>> found = List.of("1Z204E380338943508", "449044304137821").stream()
            .map(number -> client.sendAsync(question(number), BodyHandlers.ofString())
                .thenApply(answer -> STATUS.matcher(answer.body()).results().findFirst().orElseThrow().group(1))
                .exceptionally(error -> ""))
            .toList();
        for (CompletableFuture<String> each : found) {
            System.out.println("status: " + each.join());
        }
    }

    static HttpRequest question(String number) {
        return HttpRequest.newBuilder(URI.create(System.getenv("TRACKFLOW_BASE_URL") + "/v2/track/" + number))
            .header("X-API-Key", System.getenv("TRACKFLOW_API_KEY")).timeout(Duration.ofSeconds(3)).build();
    }
}
