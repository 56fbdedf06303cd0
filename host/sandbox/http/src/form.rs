//! `multipart/form-data` bodies: their documents in memory, their files on disk as they arrive.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body::Frame;
use multer::{Field, Multipart};

use sandbox_core::org::{Files, Upload};
use sandbox_model::api_error::ApiError;

/// Largest file of all: that of a `ContentVersion` (REST API guide, "Insert or Update Blob Data": 2 GB).
pub(super) const MAX_FILE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Largest text part (REST API guide, "Insert or Update Blob Data": 50 MB).
const MAX_TEXT_BYTES: usize = 50 * 1024 * 1024;
/// Parts read of one form; what follows is ignored.
const MAX_PARTS: usize = 1_000;

/// A form as received; the first handler that asks gets it.
#[derive(Debug, Clone)]
pub(super) struct Form(Arc<Mutex<Option<Result<Parts, ApiError>>>>);

/// The parts of a form.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Names and contents of the parts without a file's name.
    pub documents: Vec<(String, Bytes)>,
    /// Files.
    pub files: Vec<FilePart>,
}

/// A file of a form.
#[derive(Debug)]
pub(super) struct FilePart {
    /// The part's name: that of the field it is for.
    pub name: String,
    /// The content.
    pub upload: Upload,
}

impl Form {
    /// Returns the parts, or why they could not be read.
    pub(super) fn take(&self) -> Result<Parts, ApiError> {
        let mut form = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        form.take().unwrap_or_else(|| Ok(Parts::default()))
    }
}

/// Returns the text between the parts of a form; `None` if the body is no form.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(content_type).ok()
}

/// Reads a form to its end, whatever it holds, and counts its bytes.
pub(super) async fn receive(files: &Files, body: Body, boundary: &str) -> (Form, usize) {
    let source = Source(Arc::new(Mutex::new(Incoming { body, bytes: 0 })));
    let paced = Paced {
        source: source.clone(),
        rest: false,
    };
    let mut form = Multipart::new(Body::new(paced).into_data_stream(), boundary);
    let parts = read(files, &mut form).await;
    drop(form);
    while poll_fn(|context| source.poll(context))
        .await
        .is_some_and(|frame| frame.is_ok())
    {}
    (Form(Arc::new(Mutex::new(Some(parts)))), source.bytes())
}

async fn read(files: &Files, form: &mut Multipart<'_>) -> Result<Parts, ApiError> {
    let mut parts = Parts::default();
    for _ in 0..MAX_PARTS {
        let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? else {
            break;
        };
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            let upload = save(files, &mut field).await?;
            parts.files.push(FilePart { name, upload });
        } else {
            parts.documents.push((name, text(&mut field).await?));
        }
    }
    Ok(parts)
}

async fn save(files: &Files, field: &mut Field<'_>) -> Result<Upload, ApiError> {
    let mut upload = files.upload().map_err(|error| disk(&error))?;
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if upload.size() + chunk.len() as u64 > MAX_FILE_BYTES {
            return Err(too_large(MAX_FILE_BYTES));
        }
        upload.write(&chunk).map_err(|error| disk(&error))?;
    }
    Ok(upload)
}

async fn text(field: &mut Field<'_>) -> Result<Bytes, ApiError> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if text.len() + chunk.len() > MAX_TEXT_BYTES {
            return Err(too_large(MAX_TEXT_BYTES as u64));
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text.into())
}

/// Returns a file or text beyond its limit in bytes.
pub(super) fn too_large(limit: u64) -> ApiError {
    ApiError::new(
        "REQUEST_ENTITY_TOO_LARGE",
        format!("Maximum size of a file or text part of this request is {limit} bytes"),
    )
}

fn broken(error: &multer::Error) -> ApiError {
    ApiError::new(
        "INVALID_MULTIPART_REQUEST",
        format!("The multipart message cannot be read: {error}"),
    )
}

/// Returns an internal error: Salesforce has none for a failing disk.
pub(super) fn disk(error: &io::Error) -> ApiError {
    tracing::error!(%error, "the org's files cannot be written or read");
    ApiError::new(
        "UNKNOWN_EXCEPTION",
        format!("The file could not be stored or read: {error}"),
    )
}

/// A body that two can read from: the form's reader, and who drains what it leaves.
#[derive(Clone)]
struct Source(Arc<Mutex<Incoming>>);

struct Incoming {
    body: Body,
    bytes: usize,
}

type NextFrame = Option<Result<Frame<Bytes>, axum::Error>>;

impl Source {
    fn poll(&self, context: &mut Context<'_>) -> Poll<NextFrame> {
        let mut incoming = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let frame = ready!(Pin::new(&mut incoming.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame {
            incoming.bytes += frame.data_ref().map_or(0, Bytes::len);
        }
        Poll::Ready(frame)
    }

    fn bytes(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

/// Gives one piece and rests: the form's reader takes all that is ready into memory before it looks at any of it.
struct Paced {
    source: Source,
    rest: bool,
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<NextFrame> {
        if std::mem::take(&mut self.rest) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let frame = ready!(self.source.poll(context));
        self.rest = true;
        Poll::Ready(frame)
    }
}
