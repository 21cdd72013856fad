from contract_tests.contract.loading import load
from mock_server.web.documentation import Documentation, DocumentedField

DOCUMENT = load()
BOOK = Documentation(DOCUMENT)
CHAPTERS = {chapter.id: chapter for chapter in BOOK.chapters}


def found(field: DocumentedField | None, *names: str) -> DocumentedField:
    for name in names:
        assert field is not None
        field = next(each for each in field.fields if each.name == name)
    assert field is not None
    return field


def test_every_operation_is_a_chapter_with_every_parameter_and_answer() -> None:
    for path, item in DOCUMENT["paths"].items():
        for method in ("get", "post", "delete"):
            if method in item:
                operation = item[method]
                chapter = CHAPTERS[operation["operationId"]]
                assert chapter.path.endswith(path)
                assert [answer.status for answer in chapter.answers] == list(operation["responses"])
                declared = [*item.get("parameters", ()), *operation.get("parameters", ())]
                assert [each.name for each in chapter.parameters] == [each["name"] for each in declared]
    assert CHAPTERS["deliverTrackingEvent"].request is not None


def test_a_statement_has_its_own_source_or_that_of_what_is_around_it() -> None:
    body = CHAPTERS["trackShipment"].answers[0].body
    service = found(body, "carrier", "service")
    assert (service.source.kind, service.required) == ("documented", True)
    estimate = found(body, "estimated_delivery")
    assert [(rule.name, rule.source.kind) for rule in estimate.rules] == [
        ("track.estimated_delivery", "documented"),
        ("track.estimated_delivery.end-of-day", "assumed"),
    ]
    refused = next(answer for answer in CHAPTERS["trackShipment"].answers if answer.status == "404")
    assert refused.source.words.startswith("| 404 | not_found |")


def test_words_of_the_contract_are_listed_with_their_sources() -> None:
    status = found(CHAPTERS["trackShipment"].answers[0].body, "status")
    assert {value.name: value.source.kind for value in status.values}["in_transit"] == "documented"
    assert {value.name: value.source.kind for value in status.values}["expired"] == "assumed"


def test_items_and_alternatives_of_a_body_are_shown() -> None:
    results = found(CHAPTERS["trackBatch"].answers[0].body, "results", "[each]")
    assert [each.name for each in results.fields] == ["[either]", "[either]"]
    assert found(results.fields[0], "tracking_number").type == "string"


def test_every_clause_of_schemas_and_ledger_is_there_once() -> None:
    names = [clause.name for clause in BOOK.clauses]
    assert len(set(names)) == len(names)
    assert {"track.path", "quota.exact", "track.status.enum"} <= set(names)
    assert all(clause.text and clause.source.words for clause in BOOK.clauses)


def test_a_schema_that_contains_itself_comes_to_an_end() -> None:
    document, circular = load(), {"$ref": "#/components/schemas/Loop"}
    loop = {"type": "object", "properties": dict.fromkeys("abcdefgh", circular)}
    document["components"]["schemas"]["Loop"] = loop
    document["paths"]["/carriers"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = circular
    chapter = next(each for each in Documentation(document).chapters if each.id == "listCarriers")
    assert found(chapter.answers[0].body, "a").fields == []
