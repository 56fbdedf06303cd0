//! The input of an operation: a file or stdin, with its media type.

use std::path::Path;

use serde::de::IgnoredAny;

use super::failure::Failure;
use super::files;
use super::format::{self, Ending};
use mediate::contract::{Message, OperationInfo};
use mediate::text;

/// Media type of bytes, which every file is.
const BYTES: &str = "application/octet-stream";

/// Reads the input that the arguments name.
pub(super) async fn read(
    path: Option<&Path>,
    media_type: Option<&str>,
    operation: &OperationInfo,
) -> Result<Option<Message>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let Some(first) = operation.accepts.first() else {
        return Err(Failure::usage(format!(
            "`{}` takes no input: leave --input out",
            operation.name
        )));
    };
    let media_type = match media_type {
        Some(given) => given,
        None => by_ending(path, operation)?.unwrap_or(first),
    };
    let gzip = format::is_gzip(path, &operation.accepts);
    let body = if path == Path::new("-") {
        stdin().await?
    } else {
        files::data(path, gzip)?
    };
    check(path, media_type, &body)?;
    Ok(Some(Message::new(media_type, body)))
}

/// Reads stdin aside, so that Ctrl-C is heard while nothing comes.
async fn stdin() -> Result<Vec<u8>, Failure> {
    let read = tokio::task::spawn_blocking(files::stdin).await;
    read.unwrap_or_else(|error| {
        Err(Failure::Other(format!(
            "cannot read the input from stdin: {error}"
        )))
    })
}

/// Returns the media type that the operation takes for the file's ending. What it does not take is refused, unless it
/// takes any bytes.
fn by_ending<'a>(path: &Path, operation: &'a OperationInfo) -> Result<Option<&'a str>, Failure> {
    let accepts = |wanted: &str| {
        let mut accepted = operation.accepts.iter().map(String::as_str);
        accepted.find(|media_type| *media_type == wanted)
    };
    match format::ending(path) {
        (Ending::Known(_, known), _) if accepts(known).is_some() => Ok(accepts(known)),
        (Ending::None, _) => Ok(None),
        _ if accepts(BYTES).is_some() => Ok(accepts(BYTES)),
        _ => Err(Failure::usage(format!(
            "--input {}: `{}` takes {}, which this ending does not stand for: give another file, or its media type \
             with --input-type",
            path.display(),
            operation.name,
            text::list(&operation.accepts, "or")
        ))),
    }
}

/// Refuses bad JSON here, where the file has a name.
fn check(path: &Path, media_type: &str, body: &[u8]) -> Result<(), Failure> {
    if media_type.split(';').next().map(str::trim) != Some("application/json") {
        return Ok(());
    }
    let name = if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    };
    files::json::<IgnoredAny>(&name, body).map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use mediate::contract::{Effect, Style};

    fn operation(accepts: &[&str]) -> OperationInfo {
        OperationInfo {
            name: "records/create".into(),
            summary: String::new(),
            description: String::new(),
            style: Style::Call,
            effect: Effect::Write,
            config_schema: "{}".into(),
            accepts: accepts
                .iter()
                .map(|&media_type| media_type.to_owned())
                .collect(),
            returns: vec![],
            reply_schema: None,
        }
    }

    async fn read_as(
        name: &str,
        text: &str,
        accepts: &[&str],
        given: Option<&str>,
    ) -> Result<Message, String> {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join(name);
        fs::write(&path, text).expect("file");
        let message = read(Some(&path), given, &operation(accepts))
            .await
            .map_err(|failure| failure.to_string())?;
        Ok(message.expect("an input"))
    }

    #[tokio::test]
    async fn the_ending_says_the_type() {
        let accepts = ["application/json", "text/csv"];
        assert_eq!(
            read_as("a.csv", "Id\n", &accepts, None)
                .await
                .expect("read")
                .media_type,
            "text/csv"
        );
        let refused = read_as("a.xml", "{}", &accepts, None).await;
        assert!(refused.is_err_and(|why| why.contains("application/json or text/csv")));
        assert_eq!(
            read_as("a.txt", "{}", &accepts, None)
                .await
                .expect("read")
                .media_type,
            "application/json"
        );
        let bytes = ["application/json", "application/octet-stream"];
        assert_eq!(
            read_as("a.pdf", "%PDF", &bytes, None)
                .await
                .expect("read")
                .media_type,
            "application/octet-stream"
        );
        assert_eq!(
            read_as("a.json", "x", &accepts, Some("text/plain"))
                .await
                .expect("read")
                .media_type,
            "text/plain"
        );
    }

    #[tokio::test]
    async fn bad_json_names_the_place() {
        let sentence = read_as("new.json", "{\n\"Name\": }", &["application/json"], None)
            .await
            .expect_err("refused");
        assert!(
            sentence.ends_with("new.json, line 2, column 9: expected value"),
            "{sentence}"
        );
    }

    #[tokio::test]
    async fn an_operation_without_input_refuses_one() {
        let sentence = read_as("a.json", "{}", &[], None)
            .await
            .expect_err("refused");
        assert_eq!(
            sentence,
            "`records/create` takes no input: leave --input out"
        );
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let failure = read(
            Some(Path::new("gone.json")),
            None,
            &operation(&["application/json"]),
        )
        .await
        .expect_err("refused");
        assert_eq!(
            failure.to_string(),
            "cannot read gone.json: no such file or directory"
        );
    }
}
