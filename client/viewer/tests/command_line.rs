//! The viewer's command line, as a contract: what it exits with and what it says.

use std::net::TcpListener;
use std::process::{Command, Output};

fn viewer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cloudsite-viewer")).args(arguments).output().expect("the viewer was built")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn misuse_exits_with_two() {
    for arguments in [["--size", "huge"], ["--bench-frames", "none"], ["--no-such-option", "1"]] {
        let output = viewer(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn what_is_refused_exits_with_one_and_says_why() {
    for (arguments, why) in
        [(["--quality", "ultra"], "ultra"), (["--language", "tlh"], "tlh"), (["--view", "1,2"], "1,2")]
    {
        let output = viewer(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains(why), "{}", said(&output));
    }
}

#[test]
fn a_server_that_is_away_is_said_to_be() {
    if std::env::var_os("CLOUDSITE_NO_GPU").is_some() {
        println!("skipped: CLOUDSITE_NO_GPU is set, and drawing needs a GPU or a software one");
        return;
    }
    // A port that was free a moment ago: nobody answers there.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let server = format!("http://127.0.0.1:{port}");
    let picture = std::env::temp_dir().join(format!("cloudsite-viewer-{port}.png"));
    let file = picture.to_string_lossy().into_owned();
    let output = viewer(&["--server", &server, "--screenshot", &file, "--timeout-secs", "3", "--size", "64x48"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("no tileset came"), "{}", said(&output));
    assert!(!picture.exists(), "a picture of nothing was written");
}
