//! What can be decided without a browser about changes on their way into the record.

pub(super) mod compare;
pub(super) mod demand;
pub(super) mod draft;
pub(super) mod intake;
pub(super) mod outline;
pub(super) mod parcel_form;
pub(super) mod rules;
pub(super) mod work;
