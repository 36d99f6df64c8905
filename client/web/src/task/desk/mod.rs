//! Changes on their way into the record: loading them, doing something with them, and taking files in.

mod acts;
mod intake;
mod load;
