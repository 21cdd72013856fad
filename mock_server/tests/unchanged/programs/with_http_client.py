from http.client import HTTPSConnection

connection = HTTPSConnection("api.trackflow.io", timeout=20)
connection.request("GET", "/v2/track/1Z204E380338943508", headers={"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"})
print(connection.getresponse().read().decode())
connection.close()
