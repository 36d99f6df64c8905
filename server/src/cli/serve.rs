//! `cloudsite serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::answer::{Done, Failure};
use super::refused;
use crate::serve::{self, Options};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The data folder that holds the record; an empty one is filled with the demo park.
    #[arg(long)]
    data: PathBuf,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder that holds the built page; without it, the page within the program.
    #[arg(long, value_name = "DIR")]
    web_dir: Option<PathBuf>,
}

impl Serve {
    /// Returns when the server was told to stop and has stopped. What goes to standard output, the server writes itself
    /// as soon as it listens.
    pub(super) fn run(self, json: bool) -> Result<Done, Failure> {
        let options = Options { data: self.data, listen: self.listen, web_dir: self.web_dir, json };
        let runtime = tokio::runtime::Runtime::new().map_err(|error| refused(&error))?;
        let served = runtime.block_on(serve::run(options));
        served.map_err(|error| Failure::Refused { message: format!("{error:#}"), problems: None })?;
        Ok(Done::default())
    }
}
