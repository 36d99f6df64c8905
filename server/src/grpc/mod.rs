//! The services of the contract, as far as they read the record.

mod audit_service;
mod convert;
mod encode;
pub(crate) mod page;
mod parcel_filter;
mod parcel_search;
mod parcel_service;
mod park_service;
mod read;
mod revision_service;
mod shown;
mod status;

pub(crate) use audit_service::{Audit, Disclosures};
pub(crate) use convert::{
    feature_name, layer_from_wire, layer_to_wire, lon_lat, lon_lat_bounds, names_to_wire, revision_to_wire, wire_change,
};
pub(crate) use encode::Wire;
pub(crate) use parcel_service::Parcels;
pub(crate) use park_service::Park;
pub(crate) use read::{blocking, caller, code_in, recipient, snapshot};
pub(crate) use revision_service::{Revisions, roll_back_of};
pub(crate) use shown::Shown;
pub(crate) use status::Refusal;
#[cfg(test)]
pub(crate) use status::{NOT_FOR_CALLER, SIGN_IN_REQUIRED};

#[cfg(test)]
mod tests;
