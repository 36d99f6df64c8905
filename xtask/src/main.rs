//! What a developer and CI run: `cargo xtask up | test | web | dist | bench | gen`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

mod bench;
mod demo;
mod dist;
mod fonts;
mod pieces;
mod sections;
mod ship;
mod steps;
mod test;
mod tools;
mod up;
mod wasm;

use steps::Steps;
use wasm::{Module, Profile};

/// The tasks of the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds page, server and viewer, starts the server and prints its address.
    Up {
        /// The data folder; filled with the demo park if it is empty.
        #[arg(long, default_value = "data")]
        data: PathBuf,
        /// Where the server listens.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Builds the native viewer, too.
        #[arg(long)]
        native: bool,
        /// Further words for `cloudsite serve`, such as `-- --tls-development`.
        #[arg(last = true)]
        serve: Vec<String>,
    },
    /// Runs everything that CI runs.
    Test,
    /// Builds page and viewer for the browser.
    Web {
        /// `web` is quick to build, `dist-web` small to download.
        #[arg(long, value_enum, default_value = "web")]
        profile: Profile,
        /// Builds page and rules only, which takes far less time, and leaves the viewer as it is.
        #[arg(long)]
        page: bool,
    },
    /// Builds what ships: the server with page and viewer in it, made as small as they get.
    Dist,
    /// Measures, against its goals and others.
    Bench {
        /// What to measure.
        #[arg(value_enum)]
        name: bench::Name,
        /// Prints one JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// How many parcels are generated for `record` and `tiles`.
        #[arg(long, default_value_t = 1_000_000)]
        parcels: u64,
    },
    /// Makes committed files anew.
    Gen {
        /// What to make.
        #[arg(value_enum)]
        what: Generated,
    },
}

/// Committed files that a program makes.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Generated {
    /// The demo park.
    Demo,
    /// The fonts of the viewer's labels.
    Fonts,
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Up { data, listen, native, serve } => up::up(&data, listen, native, &serve),
        Task::Test => test::test(),
        Task::Web { profile, page } => {
            let mut steps = Steps::new();
            let all = &[Module::Page, Module::Rules, Module::Viewer][..];
            let modules = if page { &all[..2] } else { all };
            let dist = ship::modules(&mut steps, profile, modules)?;
            steps.print();
            println!("built in {}", dist.folder.display());
            Ok(())
        }
        Task::Dist => ship::dist(),
        Task::Bench { name, json, parcels } => bench::run(name, json, parcels),
        Task::Gen { what: Generated::Demo } => demo::generate(&tools::root()),
        Task::Gen { what: Generated::Fonts } => fonts::generate(&tools::root()),
    }
}
