//! The command line, as a person or a script uses it.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::program;

/// What a run of `cloudsite` left.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code.
    pub code: i32,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
}

impl Outcome {
    /// Standard output as the one JSON object that `--json` promises.
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("standard output is not one JSON object ({error}): {self:?}"));
        assert!(value.is_object(), "standard output is not an object: {self:?}");
        value
    }

    /// Asserts the exit code, showing everything if it is another.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// Runs `cloudsite` to its end.
pub async fn cloudsite<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Outcome {
    cloudsite_under(&[], arguments).await
}

/// A command that runs `cloudsite`, by a program that runs another if one is given.
pub(crate) fn under(launcher: &[&str]) -> Command {
    let program = program("CLOUDSITE_BIN", "cloudsite");
    let Some((first, more)) = launcher.split_first() else { return Command::new(program) };
    let mut command = Command::new(first);
    command.args(more).arg(program);
    command
}

/// As [`cloudsite`], by a program that runs another, such as one that takes rights away, with its arguments.
pub async fn cloudsite_under<S: AsRef<OsStr>>(launcher: &[&str], arguments: impl IntoIterator<Item = S>) -> Outcome {
    let mut command = under(launcher);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.expect("the program can be started");
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Imports a file into a layer by `cloudsite import --json`, with further arguments.
pub async fn import(file: &Path, layer: &str, data: &Path, more: &[&str]) -> Outcome {
    let mut words: Vec<OsString> = vec!["import".into(), file.into(), "--layer".into(), layer.into()];
    words.extend(["--data".into(), data.into(), "--json".into()]);
    words.extend(more.iter().map(Into::into));
    cloudsite(words).await
}
