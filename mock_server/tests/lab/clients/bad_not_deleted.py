"""Takes its webhook for deleted whatever the answer was.

kind: swallows errors
wrong at: deleteWebhook
"""

import sys

from asking import create, send

try:
    webhook = create("1Z204E380338943508")["webhook_id"]
except Exception as error:
    sys.exit(f"not subscribed: {error}")
try:
    send("DELETE", f"/webhooks/{webhook}")
except Exception:
    pass
print("subscribed and unsubscribed")
