//! `cloudsite`: one process, one port. What each command does stands under [`cli`].

mod access;
mod audit;
mod backup;
mod changeset;
mod cli;
mod demo;
mod disclosure;
mod export;
mod grpc;
mod http;
mod identity;
mod import;
mod meeting;
mod ogc;
mod operator;
mod private_file;
mod record;
mod serve;
mod siting;
mod telemetry;
mod tiles;
mod tls;
mod turn;
mod validation;
mod watch;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Many small replies at once are what it is quicker at than the system's.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}
