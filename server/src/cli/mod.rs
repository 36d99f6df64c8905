//! The command line: a contract. Each command exits with 0 when it is done, 1 when it is refused, with the reasons, and
//! 2 when it is misused. With `--json` it writes exactly one JSON object to standard output; logs go to standard error.

mod answer;
mod audit;
mod backup;
mod changeset;
mod check;
mod demand;
mod demo;
mod draft;
mod export;
mod import;
mod invite;
mod member;
mod organisation;
mod people;
mod rollback;
mod running;
mod serve;
mod turn_config;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use cloudsite_domain::record::Layer;

use answer::Failure;

/// The park's record, its tiles, its page and its API, in one process on one port.
#[derive(Debug, Parser)]
#[command(name = "cloudsite", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Answer with one JSON object on standard output.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the record of a data folder until told to stop.
    Serve(serve::Serve),
    /// Read a file into the record, as one revision or not at all.
    Import(import::Import),
    /// Write a layer of the record to a file that can be imported again.
    Export(export::Export),
    /// Check the record, or a file against it, by the rules of a day.
    Check(check::Check),
    /// List, show and decide changesets: changes that are not in the record yet.
    Changeset(changeset::Changeset),
    /// Make a former revision the newest again, as a revision of its own.
    Rollback(rollback::Rollback),
    /// Fill an empty record with the synthetic demo park.
    Demo(demo::Demo),
    /// Tell which needs kept most briefs out, by zone, in a quarter.
    Demand(demand::Demand),
    /// Read the audit log, and verify it.
    Audit(audit::Audit),
    /// Copy the whole record to a file, also while it is served.
    Backup(backup::Backup),
    /// Verify a backup and put it into a data folder.
    Restore(backup::Restore),
    /// List and make organisations: the bureau, centres, firms.
    Organisation(organisation::Organisation),
    /// List, make and change members, and end their sessions.
    Member(member::Member),
    /// Make a link by which someone becomes a member, once.
    Invite(invite::Invite),
    /// List, make and revoke tokens by which programs act for members.
    Token(invite::Token),
    /// Write the configuration of coturn, by which meetings reach those whose network lets nothing but TLS through.
    TurnConfig(turn_config::TurnConfig),
}

/// Runs the command that the arguments, the program's name among them, ask for.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error, arguments.iter().any(|argument| argument == "--json")),
    };
    let began = Instant::now();
    let answer = match cli.command {
        Command::Serve(serve) => serve.run(cli.json),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(cli.json),
        Command::Check(check) => check.run(),
        Command::Changeset(changeset) => changeset.run(),
        Command::Rollback(rollback) => rollback.run(),
        Command::Demo(demo) => demo.run(),
        Command::Demand(demand) => demand.run(),
        Command::Audit(audit) => audit.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Organisation(organisation) => organisation.run(),
        Command::Member(member) => member.run(),
        Command::Invite(invite) => invite.run(),
        Command::Token(token) => token.run(),
        Command::TurnConfig(turn) => turn.run(cli.json),
    };
    answer::give(answer, began.elapsed(), cli.json)
}

/// What clap says of arguments it does not take; `--help` and `--version` are among what it calls errors.
fn not_understood(error: &clap::Error, json: bool) -> ExitCode {
    if json && error.use_stderr() {
        return answer::give(Err(Failure::Misused(misuse(&error.to_string()))), std::time::Duration::ZERO, true);
    }
    // It cannot be said that nothing can be said.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// What is wrong, of all that clap writes: its first paragraph, in one line.
fn misuse(message: &str) -> String {
    let paragraph = message.lines().map(str::trim).take_while(|line| !line.is_empty());
    paragraph.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned()
}

fn layer(word: &str) -> Result<Layer, String> {
    word.parse().map_err(|error: cloudsite_domain::record::UnknownTerm| error.to_string())
}

/// `error` with all that lies behind it, for errors that stop a command.
fn refused(error: &dyn std::error::Error) -> Failure {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !message.contains(&said) {
            message = format!("{message}: {said}");
        }
        cause = error.source();
    }
    Failure::Refused { message, problems: None }
}

#[cfg(test)]
mod tests;
