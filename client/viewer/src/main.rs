//! The native viewer: a window on a park, a picture of it, or a measurement.

use std::process::ExitCode;

fn main() -> ExitCode {
    cloudsite_viewer::platform::main()
}
