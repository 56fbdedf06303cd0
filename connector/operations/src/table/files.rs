//! Files and other bytes that records hold.

use super::{Run, Table};
use crate::rest::files;

/// The operations of `files`.
pub const TABLE: Table = &[
    (
        "files/download",
        Run::Source(|org, config, _| Ok(Box::new(files::download(org, &config.read()?)?))),
    ),
    (
        "files/rich-text-image",
        Run::Source(|org, config, _| Ok(Box::new(files::rich_text_image(org, &config.read()?)?))),
    ),
    (
        "files/upload",
        Run::Sink(|org, config, journal| {
            Ok(Box::new(files::FileUpload::open(
                org,
                &config.read()?,
                journal,
            )?))
        }),
    ),
];
