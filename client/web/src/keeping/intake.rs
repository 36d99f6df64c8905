//! A file on its way from someone's machine into a changeset.

use cloudsite_link::LinkError;
use cloudsite_proto::change::{ImportOptions, Operation, PreviewUploadResponse};

/// The file, how far it has come, and how it is to be read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intake {
    pub(crate) file_name: String,
    pub(crate) size_bytes: u64,
    /// How much of it the server has.
    pub(crate) sent_bytes: u64,
    /// Its name on the server; empty until it has one.
    pub(crate) upload: String,
    /// What it holds, once the server has looked at it.
    pub(crate) preview: Option<PreviewUploadResponse>,
    /// Whether it is being looked at.
    pub(crate) looking: bool,
    pub(crate) options: ImportOptions,
    /// Whether it holds all of its layer: what it does not hold is gone.
    pub(crate) complete: bool,
    /// The import, once it was begun.
    pub(crate) operation: Option<Operation>,
    /// What went wrong.
    pub(crate) error: Option<LinkError>,
}

impl Intake {
    /// A file of which nothing was sent.
    pub(crate) fn new(file_name: String, size_bytes: u64, options: ImportOptions) -> Self {
        Self {
            file_name,
            size_bytes,
            sent_bytes: 0,
            upload: String::new(),
            preview: None,
            looking: false,
            options,
            complete: false,
            operation: None,
            error: None,
        }
    }
}
