//! Files and other bytes that records hold: the blob resources, and multipart uploads.

mod blob;
mod download;
mod expected_content;
mod multipart;
mod upload;

pub use download::{download, rich_text_image};
pub use upload::FileUpload;
