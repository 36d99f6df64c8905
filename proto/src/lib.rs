//! The wire contract of Cloudsite: the messages and services of the `.proto` files beside this crate, as generated code.
//!
//! Only this crate knows the wire's encoding. Conversions to the types of `cloudsite-domain` stand at the edge that
//! needs them.

#![cfg_attr(
    any(feature = "client", feature = "server"),
    expect(clippy::allow_attributes_without_reason, reason = "the generated services carry some")
)]
#![cfg_attr(feature = "server", expect(clippy::allow_attributes, reason = "the generated servers carry some"))]

mod view;

macro_rules! generated {
    ($package:literal) => {
        mod generated {
            #![expect(missing_docs, clippy::pedantic, reason = "generated; the .proto files are the documentation")]
            include!(concat!(env!("OUT_DIR"), "/", $package, ".rs"));
        }
        pub use generated::*;
    };
}

/// Package `cloudsite.audit.v1`: what happened to the record and around it.
pub mod audit {
    generated!("cloudsite.audit.v1");
}

/// Package `cloudsite.change.v1`: changes on their way into the record.
pub mod change {
    generated!("cloudsite.change.v1");
}

/// Package `cloudsite.identity.v1`: who people are and what they may do.
pub mod identity {
    generated!("cloudsite.identity.v1");
}

/// Package `cloudsite.land.v1`: the park's record.
pub mod land {
    generated!("cloudsite.land.v1");

    /// Where generated code of other packages looks for this one.
    pub(crate) mod v1 {
        pub(crate) use super::generated::*;
    }
}

/// Package `cloudsite.scene.v1`: what page, viewer and meeting tell each other.
pub mod scene {
    generated!("cloudsite.scene.v1");

    pub use crate::view::BadView;
}

/// Package `cloudsite.tile.v1`: vector tiles and what describes them.
pub mod tile {
    generated!("cloudsite.tile.v1");
}

/// The descriptors of all files, a serialised `google.protobuf.FileDescriptorSet`, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
