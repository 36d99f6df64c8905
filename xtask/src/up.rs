//! `cargo xtask up`: from a checkout to a park in the browser.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::dist::Dist;
use crate::ship;
use crate::steps::Steps;
use crate::tools;
use crate::wasm::{Module, Profile, Toolchain};

/// The port of meetings that a server takes by itself.
const MEDIA_PORT: u16 = 7881;

const READY_WITHIN: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Builds page and server, starts the server with further words, then builds the viewer, which the page takes in when it is
/// there.
pub(crate) fn up(data: &Path, listen: SocketAddr, native: bool, words: &[String]) -> Result<()> {
    let stop = stop_signal()?;
    let mut steps = Steps::new();
    steps.take("address", || free(listen))?;
    let toolchain = steps.take("compiler for the browser", Toolchain::provide)?;
    let dist = Dist::of(Profile::Web);
    for module in [Module::Page, Module::Rules] {
        steps.take(module.name(), || dist.lay_out(module, &toolchain.build(module, Profile::Web)?))?;
    }
    steps.take("server", || ship::server(None))?;
    let mut server = steps.take("serve", || Server::start(data, listen, &dist, words, &stop))?;
    let address = format!("{}://{listen}/", server.scheme);
    println!("\n    open {address} - the park follows as soon as the viewer is built\n");
    steps.take("viewer", || dist.lay_out(Module::Viewer, &toolchain.build(Module::Viewer, Profile::Web)?))?;
    if native {
        steps.take("native viewer", native_viewer)?;
    }
    steps.print();
    println!("\n    the park is there: {address} - Ctrl-C ends it\n");
    server.wait(&stop)
}

/// Hears of Ctrl-C and of being told to end.
fn stop_signal() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    ctrlc::set_handler(move || {
        // When the channel is full, the first signal is still being acted upon.
        let _ = sender.try_send(());
    })?;
    Ok(receiver)
}

fn free(listen: SocketAddr) -> Result<()> {
    TcpListener::bind(listen).map(drop).with_context(|| {
        let other = listen.port().checked_add(1).unwrap_or(8080);
        format!("{listen} cannot be had; choose another with --listen {}:{other}", listen.ip())
    })
}

fn native_viewer() -> Result<()> {
    tools::provide(&[tools::NATIVE_WINDOW, tools::NATIVE_SOUND])?;
    tools::run(tools::cargo().args(["build", "--release", "--package", "cloudsite-viewer", "--bins"]))
}

/// The running server; ends with this value.
struct Server {
    process: Child,
    /// How it is asked for pages.
    scheme: &'static str,
}

impl Server {
    fn start(data: &Path, listen: SocketAddr, dist: &Dist, words: &[String], stop: &Receiver<()>) -> Result<Self> {
        let mut command = Command::new(ship::server_file());
        command.current_dir(tools::root()).arg("serve");
        command.arg("--data").arg(data).arg("--listen").arg(listen.to_string()).arg("--web-dir").arg(&dist.folder);
        // Where another server has it, any other does: whoever tries the park out asks for no number.
        let media = SocketAddr::new(listen.ip(), MEDIA_PORT);
        let is_said = words.iter().any(|word| word == "--media" || word.starts_with("--media="));
        let is_taken = || UdpSocket::bind(media).is_err() || TcpListener::bind(media).is_err();
        if !is_said && is_taken() {
            command.arg("--media").arg(SocketAddr::new(listen.ip(), 0).to_string());
        }
        let process = command.args(words).spawn().context("cannot start the server")?;
        let mut server = Self { process, scheme: "http" };
        let began = Instant::now();
        loop {
            if let Some(scheme) = ready(listen) {
                server.scheme = scheme;
                return Ok(server);
            }
            if let Some(status) = server.process.try_wait()? {
                bail!("the server ended with {status}; its reasons are above");
            }
            if began.elapsed() > READY_WITHIN {
                bail!("the server is not ready after {} seconds", READY_WITHIN.as_secs());
            }
            if stop.recv_timeout(LOOK_EVERY) != Err(RecvTimeoutError::Timeout) {
                bail!("stopped");
            }
        }
    }

    /// Waits until someone stops the task, or the server ends by itself.
    fn wait(&mut self, stop: &Receiver<()>) -> Result<()> {
        loop {
            if let Some(status) = self.process.try_wait()? {
                bail!("the server ended with {status}");
            }
            if stop.recv_timeout(LOOK_EVERY) != Err(RecvTimeoutError::Timeout) {
                return Ok(());
            }
        }
    }
}

impl Drop for Server {
    /// Asks the server to end and gives it ten seconds for that.
    fn drop(&mut self) {
        tools::succeeds(Command::new("kill").args(["-TERM", &self.process.id().to_string()]));
        let began = Instant::now();
        let (_nobody, never) = mpsc::channel::<()>();
        while matches!(self.process.try_wait(), Ok(None)) && began.elapsed() < Duration::from_secs(10) {
            let _ = never.recv_timeout(LOOK_EVERY);
        }
        // Fails when the server has ended, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// By what the server is asked for pages, once it says that it is ready. One that speaks TLS takes connections no sooner,
/// and sends whoever comes without it to where it does.
fn ready(listen: SocketAddr) -> Option<&'static str> {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&listen, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(format!("GET /readyz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(String::from_utf8_lossy(&head).into_owned())
    };
    match ask().ok()?.get(8..)? {
        " 200" => Some("http"),
        " 307" => Some("https"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_address_is_told_with_a_way_out() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let error = free(address).unwrap_err().to_string();
        assert!(error.contains(&address.to_string()) && error.contains("--listen 127.0.0.1:"), "{error}");
    }

    #[test]
    fn ready_is_who_answers_200_or_sends_to_tls() {
        let cases = [
            ("HTTP/1.1 200 OK\r\n\r\n", Some("http")),
            ("HTTP/1.1 307 Temporary Redirect\r\n\r\n", Some("https")),
            ("HTTP/1.1 503 No\r\n\r\n", None),
        ];
        for (answer, scheme) in cases {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0; 20];
                stream.read_exact(&mut asked).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(ready(address), scheme, "{answer:?}");
            server.join().unwrap();
        }
    }
}
