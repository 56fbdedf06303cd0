//! Records that failed for a reason that passes, ready to be loaded again.

use super::dialect::Dialect;
use super::error::passes;
use super::load::original::line;
use super::load::result_document::ERROR;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::RetryFailedConfig;
use salesforce_contract::message::Message;
use salesforce_formats::message::RowFormat;
use salesforce_formats::message::input::InputError;
use salesforce_formats::message::input::buffer::Buffer;
use salesforce_formats::message::input::csv_reader::CsvReader;

/// What the columns that Salesforce adds begin with.
const OWN: &str = "sf__";

/// A record: its values.
type Record = Vec<Vec<u8>>;

/// Picks the records, takes Salesforce's columns out, and sorts.
pub fn pick(config: &RetryFailedConfig, input: &Message) -> Result<Message, Fault> {
    let mut buffer = Buffer::whole(&input.body);
    let mut reader = CsvReader::new(None);
    let header = reader.header(&mut buffer)?.ok_or_else(|| {
        bad_input("The input is empty: give the failed records of a job, with their header")
    })?;
    let dialect = Dialect {
        delimiter: header.delimiter,
        crlf: header.crlf,
    };
    let header = header.names;
    let place = |name: &str| {
        header
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))
    };
    let error = place(ERROR).ok_or_else(|| {
        bad_input(format!(
            "The input has no column `{ERROR}`: give the failed records as `bulk/failed-results` does, or `bulk/load` with config.error-columns"
        ))
    })?;
    let sort = match &config.sort_by {
        None => None,
        Some(name) => Some(place(name).ok_or_else(|| {
            Fault::config(format!(
                "config.sort-by is `{name}`, which the input has no column for"
            ))
        })?),
    };
    let all = read(&mut reader, &mut buffer)?;
    let count = all.len();
    let reason = |record: &Record| {
        String::from_utf8_lossy(record.get(error).map_or(b"".as_slice(), Vec::as_slice))
            .into_owned()
    };
    let mut kept: Vec<Record> = all
        .into_iter()
        .filter(|record| passes(&reason(record)))
        .collect();
    if let Some(by) = sort {
        kept.sort_by(|one, other| one.get(by).cmp(&other.get(by)));
    }
    let own = |name: &String| name.starts_with(OWN);
    let columns: Vec<bool> = header.iter().map(|name| !own(name)).collect();
    let mut body = Vec::new();
    let header: Record = header.into_iter().map(String::into_bytes).collect();
    write(&header, &columns, dialect, &mut body);
    kept.iter()
        .for_each(|record| write(record, &columns, dialect, &mut body));
    let mut metadata = Metadata::default();
    metadata.add("kept", kept.len().to_string());
    metadata.add("passed-over", (count - kept.len()).to_string());
    Ok(Message {
        media_type: RowFormat::Csv.media_type().into(),
        body,
        metadata,
    })
}

/// Reads all records, malformed ones too: those were not sent, and their error, which stands before what is malformed, says so.
fn read(reader: &mut CsvReader, buffer: &mut Buffer<'_>) -> Result<Vec<Record>, InputError> {
    let (mut records, mut scratch) = (Vec::new(), Vec::new());
    while let Some(found) = reader.record(buffer)? {
        let cells = reader.cells().iter();
        let values = cells.map(|cell| cell.value(buffer.rest(), &mut scratch).to_vec());
        records.push(values.collect());
        buffer.skip(found.whole);
    }
    Ok(records)
}

/// Writes the values of the columns that are kept.
fn write(record: &Record, columns: &[bool], dialect: Dialect, out: &mut Vec<u8>) {
    let values = record.iter().zip(columns).filter(|(_, kept)| **kept);
    line(values.map(|(value, _)| value.as_slice()), dialect, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_client::testing::message;

    const FAILED: &str = "\"sf__Id\";\"sf__Error\";\"Name\";\"ParentId\"\r\n\"\";\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: 001A:--\";\"B; b\";\"2\"\r\n\"\";\"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --\";\"\";\"1\"\r\n\"\";\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: 001B:--\";\"A\";\"1\"";

    fn picked(sort_by: Option<&str>, body: &str) -> Result<Message, Fault> {
        let config = RetryFailedConfig {
            sort_by: sort_by.map(str::to_owned),
        };
        pick(&config, &message("text/csv", body))
    }

    #[test]
    fn locked_records_are_kept_sorted_by_their_parent() {
        let message = picked(Some("parentid"), FAILED).unwrap();
        assert_eq!(
            String::from_utf8(message.body).unwrap(),
            "Name;ParentId\r\nA;1\r\n\"B; b\";2\r\n"
        );
        assert_eq!(
            message.metadata.extras,
            [
                ("kept".into(), "2".into()),
                ("passed-over".into(), "1".into())
            ]
        );
    }

    #[test]
    fn record_whose_only_value_is_empty_stays_a_record() {
        let message = picked(None, "sf__Error,Name\nUNABLE_TO_LOCK_ROW:locked--,\n").unwrap();
        assert_eq!(message.body, b"Name\n\"\"\n");
    }

    #[test]
    fn header_that_loads_refuse_is_refused_in_the_same_words() {
        let fault = picked(None, "sf__Error,\"Na\"me\nx,y\n").unwrap_err();
        assert!(
            fault
                .message
                .contains("header has text after a closing quote"),
            "{}",
            fault.message
        );
    }

    #[test]
    fn file_without_errors_is_refused() {
        assert!(
            picked(None, "Name\nA\n")
                .unwrap_err()
                .message
                .contains("sf__Error")
        );
        assert!(picked(None, "").unwrap_err().message.contains("empty"));
        assert!(
            picked(Some("X"), FAILED)
                .unwrap_err()
                .message
                .contains("config.sort-by")
        );
    }
}
