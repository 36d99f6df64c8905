//! Changes on their way into the record: loading them, doing something with them, and taking files in.

mod acts;
mod edit;
mod intake;
mod load;

pub(crate) use edit::change;
