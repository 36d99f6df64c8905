//! `meeting::conference` of the server.

#[path = "../../../../server/src/meeting/conference/convert.rs"]
mod convert;
#[path = "../../../../server/src/meeting/conference/fuzzing/mod.rs"]
pub(super) mod fuzzing;
#[path = "../../../../server/src/meeting/conference/said.rs"]
mod said;
#[path = "whip.rs"]
mod whip;
