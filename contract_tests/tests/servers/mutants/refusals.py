"""Error bodies in the wrong shape."""

from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking

documented = Breaking("error bodies", "documented")
assumed = Breaking("error bodies", "assumed")
ERRORS = (400, 401, 404, 405, 429, 503)


@documented.reply("errors.404", "errors.401", "errors.400.number", "errors.429", "errors.503", status=ERRORS)
def error_without_code(call: Call, reply: Reply) -> Reply:
    """An error has a message and no code."""
    return reply.with_value({"success": False, "error": {"message": reply.value()["error"]["message"]}})


@documented.reply("errors.404", "errors.401", "errors.400.number", "errors.429", "errors.503", status=ERRORS)
def error_is_a_sentence(call: Call, reply: Reply) -> Reply:
    """An error is its message only."""
    return reply.with_value({"success": False, "error": reply.value()["error"]["message"]})


@documented.reply("errors.404", "errors.401", "errors.400.number", "errors.429", "errors.503", status=ERRORS)
def error_has_the_status_as_code(call: Call, reply: Reply) -> Reply:
    """An error's code is its status."""
    error = {"code": reply.status, "message": reply.value()["error"]["message"]}
    return reply.with_value({"success": False, "error": error})


@documented.reply("errors.401", status=[401])
def gateway_answers_401(call: Call, reply: Reply) -> Reply:
    """A gateway refuses keys in its own words."""
    return reply.with_value({"message": "Unauthorized"})


@documented.reply("errors.429", status=[429])
def gateway_answers_429(call: Call, reply: Reply) -> Reply:
    """A gateway refuses requests over the quota in its own words."""
    return reply.with_value({"message": "Too Many Requests"})


@assumed.reply("errors.body", status=ERRORS)
def error_is_flat(call: Call, reply: Reply) -> Reply:
    """The code and message stand at the top of an error body."""
    return reply.with_value({"success": False, **reply.value()["error"]})


@assumed.reply("errors.body", status=ERRORS)
def errors_are_a_list(call: Call, reply: Reply) -> Reply:
    """An error body has a list of errors."""
    return reply.with_value({"success": False, "errors": [reply.value()["error"]]})


@assumed.body("errors.body", status=ERRORS)
def error_without_success(body: Body) -> None:
    """An error body has no success."""
    del body["success"]


@assumed.body("errors.body", status=ERRORS)
def error_says_success(body: Body) -> None:
    """An error body says success true."""
    body["success"] = True


@assumed.body("errors.body", "errors.body.message", status=ERRORS)
def error_without_message(body: Body) -> None:
    """An error has no message."""
    del body["error"]["message"]


@assumed.body("errors.body.message", status=ERRORS)
def message_is_empty(body: Body) -> None:
    """An error's message is empty."""
    body["error"]["message"] = ""


@assumed.body("errors.messages", status=[404])
def message_of_not_found_differs(body: Body) -> None:
    """The message of a 404 is not the page's description."""
    body["error"]["message"] = "Sorry, we could not find that."


@assumed.reply("errors.json", "errors.400.request", "errors.body.code", status=[400])
def bad_request_is_bad_request(call: Call, reply: Reply) -> Reply:
    """The code of a malformed request is bad_request."""
    return Reply(400, reply.body.replace(b'"invalid_request"', b'"bad_request"'), reply.headers)


@assumed.reply("errors.405", "errors.body.code", status=[405])
def wrong_method_has_a_code_of_its_own(call: Call, reply: Reply) -> Reply:
    """The code of a 405 is method_not_allowed."""
    return Reply(405, reply.body.replace(b'"invalid_request"', b'"method_not_allowed"'), reply.headers)


@assumed.reply("webhook.delete.404", on=["deleteWebhook"], status=[404])
def unknown_webhook_has_a_code_of_its_own(call: Call, reply: Reply) -> Reply:
    """The code for an unknown webhook is webhook_not_found."""
    return Reply(404, reply.body.replace(b'"not_found"', b'"webhook_not_found"'), reply.headers)
