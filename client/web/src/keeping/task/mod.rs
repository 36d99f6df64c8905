//! Changes on their way into the record: loading them, doing something with them, and taking files in.

mod acts;
mod edit;
mod intake;
mod load;

pub(super) use edit::change;
