//! What there is to read: rows and pages, made beforehand.

use super::*;

/// The row that a locator names; the first without one.
fn place(query: Option<&str>) -> u64 {
    let mut pairs = query.unwrap_or_default().split('&');
    let locator = pairs.find_map(|pair| pair.strip_prefix("locator="));
    locator.and_then(|at| at.parse().ok()).unwrap_or(0)
}

pub(super) async fn page(State(stub): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let at = place(query.as_deref());
    let count = BULK_PAGE.min(stub.rows.saturating_sub(at));
    let next = at + count;
    let locator = if next < stub.rows {
        next.to_string()
    } else {
        "null".into()
    };
    let body = if count == BULK_PAGE {
        stub.bulk_page.clone()
    } else {
        bulk_page(count).into()
    };
    let headers = [
        ("content-type", "text/csv".to_owned()),
        ("sforce-locator", locator),
        ("sforce-numberofrecords", count.to_string()),
    ];
    (headers, body).into_response()
}

/// The list of pages, five at a time as Salesforce does.
pub(super) async fn pages(State(stub): State<Shared>, RawQuery(query): RawQuery) -> Json {
    let root = "/services/data/v62.0/jobs/query/750Q00000000000AAA";
    let first = place(query.as_deref());
    let after = (first + 5 * BULK_PAGE).min(stub.rows);
    let urls = (first..after).step_by(50_000);
    let urls: Vec<Value> = urls
        .map(|at| json!({"resultLink": format!("{root}/results?locator={at}")}))
        .collect();
    let done = after >= stub.rows;
    let next = (!done).then(|| format!("{root}/resultPages?locator={after}"));
    Json(json!({"resultPages": urls, "nextRecordsUrl": next, "done": done}))
}

pub(super) async fn first_rows(State(stub): State<Shared>) -> Response {
    rows(&stub, 0)
}

pub(super) async fn more_rows(State(stub): State<Shared>, Path(locator): Path<String>) -> Response {
    let at = locator.rsplit('-').next().and_then(|at| at.parse().ok());
    rows(&stub, at.unwrap_or(0))
}

/// A page: its head is made, its records were rendered before.
fn rows(stub: &Stub, at: u64) -> Response {
    let next = at + REST_PAGE;
    let more = if next < stub.rows {
        format!(
            "\"done\":false,\"nextRecordsUrl\":\"/services/data/v62.0/query/01g000000000000AAA-{next}\","
        )
    } else {
        "\"done\":true,".to_owned()
    };
    let head = format!("{{\"totalSize\":{},{more}\"records\":[", stub.rows);
    let mut body = Vec::with_capacity(head.len() + stub.rest_page.len());
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&stub.rest_page);
    ([("content-type", "application/json;charset=UTF-8")], body).into_response()
}

pub(super) fn bulk_page(count: u64) -> String {
    let mut page = String::from("\"Id\",\"Name\",\"AnnualRevenue\"\n");
    for row in 0..count {
        let _ = writeln!(
            page,
            "\"001{row:012}AAA\",\"Account {row:010}\",\"{}.0\"",
            10_000 + row % 90_000
        );
    }
    page
}

pub(super) fn rest_page() -> String {
    let mut page = String::new();
    for row in 0..REST_PAGE {
        let _ = write!(
            page,
            "{}{{\"attributes\":{{\"type\":\"Account\",\"url\":\"/services/data/v62.0/sobjects/Account/001{row:012}AAA\"}},\
             \"Id\":\"001{row:012}AAA\",\"Name\":\"Account {row:08}\",\"Industry\":\"Energy\",\"AnnualRevenue\":{}.0,\
             \"CreatedDate\":\"2026-01-01T00:00:00.000+0000\"}}",
            if row > 0 { "," } else { "" },
            1_000 + row
        );
    }
    page + "]}"
}

pub(super) fn describe() -> String {
    let field = |name: &&str| {
        let kind = match *name {
            "Id" => "id",
            "AnnualRevenue" => "currency",
            "CreatedDate" => "datetime",
            _ => "string",
        };
        json!({"name": name, "type": kind, "label": name, "referenceTo": [], "relationshipName": null, "compoundFieldName": null,
            "createable": *name != "Id", "updateable": *name != "Id", "nillable": true})
    };
    let fields: Vec<Value> = FIELDS.iter().map(field).collect();
    json!({"name": "Contact", "label": "Contact", "fields": fields, "childRelationships": [], "recordTypeInfos": []}).to_string()
}
