from urllib.request import Request, urlopen

with urlopen(
    Request(
        "https://api.trackflow.io/v2/track/1Z204E380338943508", headers={"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"}
    ),
    timeout=20,
) as answer:
    print(answer.read().decode())
