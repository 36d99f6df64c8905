//! What can be decided without a browser: text, numbers, filters, links, cameras.

pub(crate) mod camera;
pub(crate) mod compare;
pub(crate) mod draft;
pub(crate) mod facts;
pub(crate) mod filter;
pub(crate) mod intake;
pub(crate) mod moment;
pub(crate) mod number;
pub(crate) mod outline;
pub(crate) mod parcel_form;
pub(crate) mod people;
pub(crate) mod place;
pub(crate) mod rules;
pub(crate) mod shapes;
pub(crate) mod text;
pub(crate) mod url_state;
pub(crate) mod work;
