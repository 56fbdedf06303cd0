use super::rows::Rows;
use super::{query, save, users};
use salesforce_client::client::Client;
use salesforce_client::testing::{account, client, connection, describe_of, json, org_for, token};
use salesforce_client::transport::Failure;
use salesforce_client::transport::scripted::{Play, Script};
use salesforce_contract::bindings::exports::salesforce::connector::connection::RetryPolicy;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    CreateConfig, DocumentFormat, PlainConfig, QueryConfig, QueryRowsConfig,
};
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::source::Source;
use std::rc::Rc;

mod faults;
mod records;
mod rows;

pub(super) use faults::kind_of;

/// An answer in Salesforce's form.
pub(super) fn answer(call: &str, inner: &str) -> Play {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header><LimitInfoHeader><limitInfo><current>5</current><limit>100000</limit><type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header><soapenv:Body><{call}Response>{inner}</{call}Response></soapenv:Body></soapenv:Envelope>"#
    );
    xml(200, &body)
}

/// An answer of XML.
pub(super) fn xml(status: u16, body: &str) -> Play {
    let headers = vec![("content-type".into(), "text/xml; charset=utf-8".into())];
    Play::Answer(status, headers, body.as_bytes().to_vec())
}

fn fault(code: &str, message: &str) -> Play {
    let body = format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail><f:UnexpectedErrorFault xmlns:f="urn:fault.partner.soap.sforce.com"><f:exceptionCode>{code}</f:exceptionCode><f:exceptionMessage>{message}</f:exceptionMessage></f:UnexpectedErrorFault></detail></s:Fault></s:Body></s:Envelope>"#
    );
    xml(500, &body)
}

fn record(name: &str) -> String {
    format!(
        r#"<records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Name>{name}</sf:Name><sf:NumberOfEmployees>7</sf:NumberOfEmployees></records>"#
    )
}

fn page(call: &str, records: &[&str], next: Option<&str>, size: i64) -> Play {
    let locator = match next {
        Some(next) => format!("<done>false</done><queryLocator>{next}</queryLocator>"),
        None => "<done>true</done><queryLocator xsi:nil=\"true\"/>".into(),
    };
    let records: String = records.iter().map(|name| record(name)).collect();
    answer(
        call,
        &format!("<result>{locator}{records}<size>{size}</size></result>"),
    )
}

fn rows_config(format: DocumentFormat) -> QueryRowsConfig {
    QueryRowsConfig {
        soql: "SELECT Name, NumberOfEmployees FROM Account".into(),
        bind: None,
        include_deleted: false,
        batch_size: Some(200),
        untyped: false,
        keep_attributes: false,
        headers: None,
        format: Some(format),
    }
}

fn read_all(rows: &mut impl Source) -> Result<String, Fault> {
    let mut all = Vec::new();
    while let Some(chunk) = rows.read(10)? {
        all.extend(chunk);
    }
    Ok(String::from_utf8(all).unwrap())
}

fn rows(format: DocumentFormat, plays: Vec<Play>) -> (Result<String, Fault>, Script) {
    let (client, script, _) = client(plays);
    let read =
        Rows::open(Rc::new(client), &rows_config(format)).and_then(|mut rows| read_all(&mut rows));
    (read, script)
}

fn sent_locators(script: &Script) -> Vec<String> {
    let bodies = script
        .requests()
        .into_iter()
        .map(|request| String::from_utf8_lossy(&request.body).into_owned());
    bodies
        .filter_map(|body| {
            let (_, after) = body.split_once("<queryLocator>")?;
            Some(after.split_once('<')?.0.to_owned())
        })
        .collect()
}
