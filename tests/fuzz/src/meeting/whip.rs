//! `meeting::conference::whip` of the server.

#[path = "../../../../server/src/meeting/conference/whip/offer.rs"]
pub(super) mod offer;
