// Java's own client without a timeout.
//
// kind: no timeout
// wrong at: trackShipment

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

public class Track {
    static final String BASE = System.getenv("TRACKFLOW_BASE_URL") + "/v2";
    static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static String status(String body) {
        int at = body.indexOf("\"status\":\"") + 10;
        if (at < 10 || !body.endsWith("}")) throw new IllegalStateException("no JSON");
        return body.substring(at, body.indexOf('"', at));
    }

    static String track(String number) throws Exception {
        HttpRequest question = HttpRequest.newBuilder(URI.create(BASE + "/track/" + number))
            .header("X-API-Key", System.getenv("TRACKFLOW_API_KEY")).build();
        for (int attempt = 1; ; attempt++) {
            long wait = 200L << attempt;
            try {
                var answer = CLIENT.send(question, BodyHandlers.ofString());
                if (answer.statusCode() == 200) return status(answer.body());
                if (answer.statusCode() < 429 || attempt == 4) throw new RuntimeException("" + answer.statusCode());
                wait = answer.headers().firstValue("Retry-After").map(each -> 1000 * Long.parseLong(each)).orElse(wait);
            } catch (java.io.IOException | IllegalStateException error) {
                if (attempt == 4) throw error;
            }
            Thread.sleep(wait);
        }
    }

    public static void main(String[] none) throws Exception {
        boolean failed = false;
        for (String number : new String[] {"1Z204E380338943508", "449044304137821"}) {
            try {
                System.out.println(number + " " + track(number));
            } catch (Exception error) {
                System.err.println(number + ": " + error.getMessage());
                failed = true;
            }
        }
        System.exit(failed ? 1 : 0);
    }
}
