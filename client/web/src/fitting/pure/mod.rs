//! What can be decided without a browser.

pub(super) mod answers;
pub(super) mod basis;
pub(super) mod drawn;
pub(super) mod ground;
pub(super) mod kept;
pub(super) mod refusal;
pub(super) mod size;
pub(super) mod variants;
