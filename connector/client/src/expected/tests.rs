use super::*;

fn reply(status: u16, media_type: &str, body: &str) -> Reply {
    Reply {
        status,
        headers: vec![("content-type".into(), media_type.into())],
        body: body.into(),
    }
}

const JSON: &str = "application/json;charset=UTF-8";
const HTML: &str = "text/html; charset=UTF-8";
const XML: &str = "application/xml";
const PAGE: &str = "<html>\n<body>We are down for <b>maintenance</b>.</body></html>";
const SAVED: &str = "{\"id\":\"1\",\"success\":true}";

type Row = (Expected, u16, &'static str, &'static str, bool);

fn check(rows: impl IntoIterator<Item = Row>) {
    for (expected, status, media_type, body, fits) in rows {
        let checked = expected.check(&reply(status, media_type, body));
        assert_eq!(
            checked.is_ok(),
            fits,
            "{expected:?} of HTTP {status} {media_type} `{body}`"
        );
    }
}

#[test]
fn json_is_whole_and_of_its_form() {
    use Expected::*;
    let any = Expected::JSON;
    check([
        (any, 200, JSON, "{}", true),
        (any, 200, "text/plain", "\r\n[1]\n", true),
        (any, 200, HTML, "{}", false),
        (any, 200, JSON, "", false),
        (any, 204, JSON, "", false),
        (any, 200, JSON, "{\"a\":[1,2", false),
        (any, 200, JSON, "{} {}", false),
        (any, 200, JSON, "null", false),
        (any, 200, JSON, PAGE, false),
        (any, 404, HTML, PAGE, true),
        (List, 200, JSON, "[]", true),
        (List, 200, JSON, "{}", false),
        (List, 201, JSON, "[]", false),
        (Expected::OBJECT, 200, JSON, "{}", true),
        (Expected::OBJECT, 200, JSON, "[]", false),
        (JsonPage, 200, JSON, "{\"records\":[", true),
        (JsonPage, 200, JSON, PAGE, false),
        (JsonPage, 200, JSON, "", false),
    ]);
}

#[test]
fn objects_have_the_members_that_their_readers_need() {
    use Expected::*;
    let both = Object(&["a", "b"]);
    check([
        (both, 200, JSON, "{\"b\":null,\"a\":[],\"c\":1}", true),
        (both, 200, JSON, "{\"a\":1}", false),
        (both, 200, JSON, "{\"c\":{\"a\":1,\"b\":1}}", false),
        (both, 201, JSON, "{\"a\":1,\"b\":1}", false),
        (ListOrObject(&["a"]), 200, JSON, "[]", true),
        (ListOrObject(&["a"]), 200, JSON, "{\"a\":1}", true),
        (ListOrObject(&["a"]), 200, JSON, "{}", false),
    ]);
}

#[test]
fn writes_have_the_status_that_says_what_was_done() {
    use Expected::*;
    let (created, upserted) = (Expected::CREATED, Upserted(&["id", "success"]));
    check([
        (created, 201, JSON, SAVED, true),
        (created, 200, JSON, SAVED, false),
        (created, 201, JSON, "{}", false),
        (created, 201, JSON, "[]", false),
        (created, 201, JSON, "", false),
        (created, 204, JSON, "", false),
        (upserted, 200, JSON, SAVED, true),
        (upserted, 201, JSON, SAVED, true),
        (upserted, 204, JSON, "", true),
        (upserted, 204, HTML, "", true),
        (upserted, 204, JSON, "{}", false),
        (upserted, 200, JSON, "", false),
        (upserted, 200, JSON, "{}", false),
        (upserted, 202, JSON, SAVED, false),
        (Made(&["id"]), 200, JSON, SAVED, true),
        (Made(&["id"]), 201, JSON, SAVED, true),
        (Made(&["id"]), 204, JSON, "", false),
        (ObjectOrNothing(&["id"]), 200, JSON, SAVED, true),
        (ObjectOrNothing(&["id"]), 204, JSON, "", true),
        (ObjectOrNothing(&["id"]), 201, JSON, SAVED, false),
        (Results, 200, JSON, "[]", true),
        (Results, 204, JSON, "", false),
        (Done, 204, HTML, "", true),
        (Done, 200, JSON, "", false),
        (Done, 200, JSON, "{}", false),
        (Done, 201, JSON, "", false),
        (Done, 200, HTML, PAGE, false),
        (Done, 204, JSON, "{}", false),
        (Taken, 201, JSON, "", true),
        (Taken, 204, JSON, "", false),
        (Taken, 200, JSON, "", false),
        (Taken, 201, JSON, "{}", false),
        (Empty, 200, HTML, "", true),
        (Empty, 200, HTML, PAGE, false),
    ]);
}

#[test]
fn infos_of_bulk_api_1_are_whole_in_either_form() {
    use Expected::*;
    let (info, new) = (Info(&["id"]), NewInfo(&["id"]));
    let list = InfoList {
        root: "batchInfoList",
        entry: "batchInfo",
    };
    let job = "<jobInfo xmlns=\"x\"><id>1</id></jobInfo>";
    check([
        (info, 200, XML, job, true),
        (info, 200, XML, "<jobInfo><id>1</id>", false),
        (info, 200, XML, "<jobInfo/>", false),
        (
            info,
            200,
            XML,
            "<jobInfo><a><id>1</id></a></jobInfo>",
            false,
        ),
        (info, 200, JSON, "{\"id\":1}", true),
        (info, 200, JSON, "{}", false),
        (info, 200, HTML, PAGE, false),
        (info, 201, XML, job, false),
        (new, 201, XML, job, true),
        (new, 200, XML, job, false),
        (new, 204, XML, "", false),
        (list, 200, XML, "<batchInfoList/>", true),
        (list, 200, XML, job, false),
        (list, 200, JSON, "[]", true),
        (list, 200, JSON, "{\"batchInfo\":[]}", true),
        (list, 200, JSON, "{}", false),
        (list, 200, JSON, "", false),
    ]);
}

#[test]
fn data_is_no_page_and_no_notice() {
    use Expected::*;
    let file = File { html: false };
    check([
        (Soap, 200, "text/xml", "<?xml version=\"1.0\"?><e/>", true),
        (Soap, 200, "text/xml", "<!DOCTYPE html><html/>", false),
        (Csv, 200, "text/csv", "Id\n", true),
        (Csv, 204, "text/csv", "", true),
        (Csv, 200, "text/csv", "", false),
        (Csv, 202, "text/csv", "Id\n", false),
        (Csv, 200, JSON, "{}", false),
        (Csv, 200, HTML, PAGE, false),
        (file, 200, "application/pdf", "", true),
        (file, 200, HTML, PAGE, false),
        (File { html: true }, 200, HTML, PAGE, true),
        (Image, 200, "image/png", "x", true),
        (Image, 200, "application/octetstream", "x", true),
        (Image, 200, JSON, "{}", false),
        (Image, 200, "image/png", "", false),
        (Document, 200, JSON, "[]", true),
        (Document, 200, "text/csv", "", false),
        (Anything, 200, HTML, PAGE, true),
    ]);
}

fn error_text(expected: Expected, reply: &Reply) -> String {
    match expected.check(reply) {
        Err(Unusable(message)) => message,
        Ok(()) => panic!("{expected:?} takes {reply:?}"),
    }
}

#[test]
fn what_came_instead_is_named_without_markup() {
    let message = error_text(Expected::JSON, &reply(200, HTML, PAGE));
    assert!(
        message.contains("a page of HTML (`We are down for maintenance .`)"),
        "{message}"
    );
}

#[test]
fn what_is_documented_is_named() {
    assert_eq!(
        error_text(Expected::CREATED, &reply(200, JSON, "{}")),
        "The org answered HTTP 200 with another body (`{}`) instead of HTTP 201 with a JSON object with `id`, `success`: the answer cannot be used"
    );
    assert_eq!(
        error_text(Expected::Taken, &reply(204, "", "")),
        "The org answered HTTP 204 with nothing instead of HTTP 201 with no body: the answer cannot be used"
    );
}

#[test]
fn a_page_is_known_by_its_head_alone() {
    for expected in [Expected::Csv, Expected::Document, Expected::Image] {
        assert!(expected.check_head(&reply(200, HTML, "")).is_err());
    }
}
