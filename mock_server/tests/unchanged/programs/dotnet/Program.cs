using System;
using System.Net.Http;

class Program
{
    static void Main()
    {
        using (var client = new HttpClient())
        {
            client.DefaultRequestHeaders.Add("X-API-Key", "tf_live_sk_xxxxxxxxxxxxxxxxxxxx");
            Console.WriteLine(client.GetStringAsync("https://api.trackflow.io/v2/track/1Z204E380338943508").Result);
        }
    }
}
