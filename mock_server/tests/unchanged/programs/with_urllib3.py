import urllib3

with urllib3.PoolManager() as pool:
    print(
        pool.request(
            "GET",
            "https://api.trackflow.io/v2/track/1Z204E380338943508",
            headers={"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"},
        ).data.decode()
    )
