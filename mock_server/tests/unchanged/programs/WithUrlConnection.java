import java.net.HttpURLConnection;
import java.net.URL;

public class WithUrlConnection {
    public static void main(String[] arguments) throws Exception {
        var connection = (HttpURLConnection) new URL("https://api.trackflow.io/v2/track/1Z204E380338943508").openConnection();
        connection.setRequestProperty("X-API-Key", "tf_live_sk_xxxxxxxxxxxxxxxxxxxx");
        System.out.println(new String(connection.getInputStream().readAllBytes(), "UTF-8"));
    }
}
