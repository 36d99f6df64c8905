//! What can be decided without a browser: text, numbers, filters, links, cameras.

pub(crate) mod brief;
pub(crate) mod camera;
pub(crate) mod compare;
pub(crate) mod facts;
pub(crate) mod filter;
pub(crate) mod measure;
pub(crate) mod meet;
pub(crate) mod moment;
pub(crate) mod number;
pub(crate) mod people;
pub(crate) mod place;
pub(crate) mod report;
pub(crate) mod route;
pub(crate) mod saved;
pub(crate) mod seen_as;
pub(crate) mod shapes;
pub(crate) mod text;
pub(crate) mod url_state;
pub(crate) mod whom;
