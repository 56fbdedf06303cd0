//! The content of a record's file: `GET /sobjects/{object}/{id}/{field}`, sent piece by piece.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use http::header::CONTENT_TYPE;
use http_body::{Frame, SizeHint};
use tokio::fs::File;
use tokio::io::{AsyncRead as _, ReadBuf};

use super::answer::{self, Reply};
use super::records::{find_id, find_object};
use super::{Shared, form};
use sandbox_core::org::Org;
use sandbox_core::write::{Row, image};
use sandbox_model::id::RecordId;
use sandbox_model::problem::Problem;
use sandbox_model::value::Value;

/// Bytes sent in one piece.
const PIECE: usize = 64 * 1024;
/// Media type of content whose record names none.
const BINARY: &str = "application/octet-stream";

/// The content of `field`; 204 if the record has none.
pub(super) fn file(org: &Org, row: &Row<'_>, field: &str) -> Reply {
    let named = ["ContentType", "LogFileContentType"];
    let media_type = named.iter().find_map(|name| row.get(name).as_str());
    let media_type = media_type.unwrap_or(BINARY).to_owned();
    let body = match row.get(field) {
        Value::Blob(bytes) => Body::from(bytes.clone()),
        Value::File(stored) => {
            let file = org
                .files()
                .open(stored)
                .map_err(|error| form::disk(&error))?;
            Body::new(Content {
                file: File::from_std(file),
                left: stored.size,
            })
        }
        _ => return Ok(answer::no_content()),
    };
    Ok(([(CONTENT_TYPE, media_type)], body).into_response())
}

/// The image in a rich text field that the text refers to by this id (`refid`).
pub(super) async fn rich_text_image(
    State(org): State<Shared>,
    Path((_, name, id, field, reference)): Path<(String, String, String, String, String)>,
) -> Reply {
    answer::on_thread(move || {
        let object = find_object(&org, &name)?;
        let id = find_id(object, &id)?;
        let field = object.field(&field).ok_or_else(Problem::not_found)?;
        let reference = RecordId::parse(&reference).ok_or_else(Problem::not_found)?;
        let find = |connection: &_| image(connection, &id, &field.name, &reference);
        let image = org.store().read(find)?.ok_or_else(Problem::not_found)?;
        Ok(([(CONTENT_TYPE, image.media_type)], image.content).into_response())
    })
    .await?
}

/// A file as a body of known length.
struct Content {
    file: File,
    left: u64,
}

impl HttpBody for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut piece = vec![0; PIECE.min(usize::try_from(self.left).unwrap_or(PIECE))];
        let mut buffer = ReadBuf::new(&mut piece);
        ready!(Pin::new(&mut self.file).poll_read(context, &mut buffer))?;
        let length = buffer.filled().len();
        if length == 0 {
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        }
        self.left -= length as u64;
        piece.truncate(length);
        Poll::Ready(Some(Ok(Frame::data(piece.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
