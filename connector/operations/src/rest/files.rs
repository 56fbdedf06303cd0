//! Files and other bytes that records hold: the blob resources, and multipart uploads.

mod blob;
mod download;
mod multipart;
mod upload;
mod vouched;

pub use download::{download, rich_text_image};
pub use upload::FileUpload;
