"""A session that reads no variables and brings the roots that requests ships with."""

import certifi
import requests

with requests.Session() as session:
    session.trust_env = False
    session.verify = certifi.where()
    print(
        session.get(
            "https://api.trackflow.io/v2/track/1Z204E380338943508",
            headers={"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"},
            timeout=20,
        ).text
    )
