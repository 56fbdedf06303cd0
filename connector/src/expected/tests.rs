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
const PAGE: &str = "<html>\n<body>We are down for <b>maintenance</b>.</body></html>";

#[test]
fn each_declaration_takes_its_own_and_nothing_else() {
    use Expected::*;
    let file = File { html: false };
    let cases = [
        (Json, 200, JSON, "{}", true),
        (Json, 200, "text/plain", "\r\n[1]\n", true),
        (Json, 200, HTML, "{}", false),
        (Json, 200, JSON, "", false),
        (Json, 204, JSON, "", false),
        (Json, 200, JSON, "{\"a\":[1,2", false),
        (Json, 200, JSON, "{} {}", false),
        (Json, 200, JSON, "null", false),
        (Json, 200, JSON, PAGE, false),
        (Json, 404, HTML, PAGE, true),
        (JsonPage, 200, JSON, "{\"records\":[", true),
        (JsonPage, 200, JSON, PAGE, false),
        (JsonPage, 200, JSON, "", false),
        (Nothing, 204, HTML, "", true),
        (Nothing, 201, JSON, "", true),
        (Nothing, 200, JSON, "", false),
        (Nothing, 200, HTML, PAGE, false),
        (Nothing, 204, JSON, "{}", false),
        (JsonOrNothing, 204, JSON, "", true),
        (JsonOrNothing, 200, JSON, "{\"id\":\"1\"}", true),
        (JsonOrNothing, 200, JSON, "", false),
        (Empty, 200, HTML, "", true),
        (Empty, 200, HTML, PAGE, false),
        (Soap, 200, "text/xml", "<?xml version=\"1.0\"?><e/>", true),
        (Soap, 200, "text/xml", "<!DOCTYPE html><html/>", false),
        (
            XmlOrJson,
            200,
            "application/xml",
            "<jobInfo><id>1</id></jobInfo>",
            true,
        ),
        (
            XmlOrJson,
            200,
            "application/xml",
            "<jobInfo><id>1</id>",
            false,
        ),
        (XmlOrJson, 200, JSON, "{\"id\":1}", true),
        (XmlOrJson, 200, HTML, PAGE, false),
        (Csv, 200, "text/csv", "Id\n", true),
        (Csv, 204, "text/csv", "", true),
        (Csv, 200, "text/csv", "", false),
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
    ];
    for (expected, status, media_type, body, fits) in cases {
        let checked = expected.check(&reply(status, media_type, body));
        assert_eq!(
            checked.is_ok(),
            fits,
            "{expected:?} of HTTP {status} {media_type} `{body}`"
        );
    }
}

#[test]
fn what_came_instead_is_named_without_markup() {
    let Err(Unusable(message)) = Expected::Json.check(&reply(200, HTML, PAGE)) else {
        panic!("a page of HTML is no JSON");
    };
    assert!(
        message.contains("a page of HTML (`We are down for maintenance .`)"),
        "{message}"
    );
}

#[test]
fn a_page_is_known_by_its_head_alone() {
    for expected in [Expected::Csv, Expected::Document, Expected::Image] {
        assert!(expected.check_head(&reply(200, HTML, "")).is_err());
    }
}
