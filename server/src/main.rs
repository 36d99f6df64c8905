//! `cloudsite`: one process, one port. What each command does stands under [`cli`].

mod access;
mod cli;
mod demo;
mod export;
mod grpc;
mod http;
mod identity;
mod import;
mod operator;
mod record;
mod serve;
mod telemetry;
mod tiles;
mod watch;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}
