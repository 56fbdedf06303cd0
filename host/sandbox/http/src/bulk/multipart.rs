//! Jobs that come with their data: `multipart/form-data` with the parts `job` and `content`.

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use memchr::memmem;

use sandbox_core::bulk::limits::MULTIPART_CHARACTERS;
use sandbox_model::api_error::ApiError;

/// Returns the boundary of a multipart body; `None` if it is another kind of body.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let (media_type, parameters) = value.split_once(';')?;
    if !media_type
        .trim()
        .eq_ignore_ascii_case("multipart/form-data")
    {
        return None;
    }
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))
        .map(|(_, boundary)| boundary.trim().trim_matches('"').to_owned())
}

/// Returns the parts `job` and `content`.
pub(super) fn parts(body: &Bytes, boundary: &str) -> Result<(Bytes, Bytes), ApiError> {
    let (mut job, mut content) = (None, None);
    let mut rest = body.clone();
    let mark = format!("--{boundary}");
    let mut starts = memmem::find_iter(&body.clone(), &mark).collect::<Vec<_>>();
    starts.push(body.len());
    for pair in starts.windows(2) {
        let (Some(start), Some(end)) = (pair.first(), pair.last()) else {
            continue;
        };
        rest = body.slice(*start..*end);
        if let Some((name, value)) = part(&rest, mark.len()) {
            match name.as_str() {
                "job" => job = Some(value),
                "content" => content = Some(value),
                _ => {}
            }
        }
    }
    drop(rest);
    let missing = |name: &str| {
        let message = format!("ClientInputError : The multipart request has no part named {name}");
        ApiError::new("CLIENTINPUTERROR", message)
    };
    let content = content.ok_or_else(|| missing("content"))?;
    let characters = String::from_utf8_lossy(&content).chars().count();
    if characters > MULTIPART_CHARACTERS {
        let message = format!(
            "ClientInputError : The data of a multipart request may not exceed {MULTIPART_CHARACTERS} characters"
        );
        return Err(ApiError::new("CLIENTINPUTERROR", message));
    }
    Ok((job.ok_or_else(|| missing("job"))?, content))
}

/// Returns the name and content of a part; the line end before the next boundary is not content.
fn part(part: &Bytes, skip: usize) -> Option<(String, Bytes)> {
    let head_end = memmem::find(part, b"\r\n\r\n")
        .map(|at| (at, 4))
        .or_else(|| memmem::find(part, b"\n\n").map(|at| (at, 2)))?;
    let head = String::from_utf8_lossy(part.get(skip..head_end.0)?).into_owned();
    let line = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))?;
    let name = line
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim() == "name")
        .map(|(_, name)| name.trim().trim_matches('"').to_owned())?;
    let content = part.slice(head_end.0 + head_end.1..);
    let end = content
        .strip_suffix(b"\r\n")
        .or_else(|| content.strip_suffix(b"\n"))
        .unwrap_or(&content)
        .len();
    Some((name, content.slice(..end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_and_content_are_separated_with_any_line_ending() {
        for end in ["\n", "\r\n"] {
            let text = [
                "--B",
                "Content-Type: application/json",
                "Content-Disposition: form-data; name=\"job\"",
                "",
                "{}",
                "--B",
                "content-disposition: form-data; name=\"content\"; filename=\"content\"",
                "",
                "Name",
                "x",
                "",
                "--B--",
                "",
            ];
            let body = Bytes::from(text.join(end));
            let (job, content) = parts(&body, "B").unwrap();
            assert_eq!(job, "{}");
            assert_eq!(content, format!("Name{end}x{end}"));
        }
    }

    #[test]
    fn a_missing_part_is_named() {
        let body = Bytes::from_static(
            b"--B\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\n{}\r\n--B--",
        );
        let rejected = parts(&body, "B").unwrap_err();
        assert!(rejected.message.ends_with("no part named content"));
    }
}
