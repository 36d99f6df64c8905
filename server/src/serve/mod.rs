//! `cloudsite serve`: the record, the routes and the port put together, from the first log line to the last.

mod connections;
mod services;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use cloudsite_domain::record::Revision;
use cloudsite_store::StoreError;
use cloudsite_store::sqlite::SqliteStore;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::audit::{Keeper, Log, Refusals};
use crate::http::{Site, WebSource, router};
use crate::operator::OperatorFile;
use crate::record::Record;
use crate::tiles::TileServer;
use crate::watch::Watchers;
use crate::{demo, telemetry};

/// How long connections may take to finish what they are doing once the server stops.
const DRAIN: Duration = Duration::from_secs(5);

/// What to serve, and where.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The data folder.
    pub(crate) data: PathBuf,
    /// The address to listen on; port 0 takes any that is free.
    pub(crate) listen: SocketAddr,
    /// A folder to serve the page from instead of the one in the binary.
    pub(crate) web_dir: Option<PathBuf>,
    /// Whether to print the address as one JSON object on standard output.
    pub(crate) json: bool,
}

/// Serves until the process is told to stop.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    telemetry::log_to_stderr();
    // Signals are taken before anything can be interrupted.
    let told = told_to_stop().context("cannot listen for signals")?;
    let data = options.data.clone();
    let record = tokio::task::spawn_blocking(move || open(&data)).await.context("the record was not opened")??;
    let listener =
        TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let web = options.web_dir.clone().map_or(WebSource::Embedded, WebSource::Folder);
    let server = Server::start(record, listener, &options.data, web).await?;
    announce(&server, options.json)?;
    told.await;
    tracing::info!("stopping");
    server.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Opens the record in a folder; one that was never written is filled with the demo park.
fn open(data: &Path) -> anyhow::Result<Arc<Record>> {
    let store = open_store(data).with_context(|| format!("cannot open the record in {}", data.display()))?;
    let record = Record::open(Arc::new(store)).context("cannot read the record")?;
    if record.snapshot().revision() == Revision(0) {
        let filled = demo::fill(&record).context("cannot fill in the demo park")?;
        tracing::info!(features = filled.created, "filled in the demo park");
    }
    Ok(Arc::new(record))
}

/// Opens a store that can be relied on, or says what to do with one that cannot.
fn open_store(data: &Path) -> anyhow::Result<SqliteStore> {
    let checked = SqliteStore::open(data).and_then(|store| store.check().map(|()| store));
    checked.map_err(|error| {
        let hint = match &error {
            StoreError::Corrupt { .. } => format!(
                "`cloudsite audit verify --data {0}` may say more; `cloudsite restore FILE --data {0} --replace` puts a \
                 backup in its place and keeps it",
                data.display()
            ),
            _ => return error.into(),
        };
        anyhow::Error::new(error).context(hint)
    })
}

/// A server that is running.
pub(crate) struct Server {
    address: SocketAddr,
    record: Arc<Record>,
    operator: OperatorFile,
    log: Keeper,
    stop: watch::Sender<bool>,
    connections: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Serves `record` on `listener`, and leaves word of it in the data folder.
    pub(crate) async fn start(
        record: Arc<Record>,
        listener: TcpListener,
        data: &Path,
        web: WebSource,
    ) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let metrics = telemetry::collect_metrics();
        metrics::gauge!("cloudsite_snapshot_revision").set(record.snapshot().revision().0 as f64);
        let operator = OperatorFile::publish(data, address)?;
        let refusals = Arc::new(Refusals::default());
        let log = Keeper::start(open_log(&record, data).await?, Arc::clone(&refusals), record.subscribe());
        let (stop, stopping) = watch::channel(false);
        let watchers = Arc::new(Watchers::new(Arc::clone(&record), stopping.clone()));
        let token = operator.token().clone();
        let routes = router(Site {
            tiles: Arc::new(TileServer::new(Arc::clone(&record))),
            services: services::services(&record, &watchers, token.clone()).await,
            is_operator: Arc::new(move |given| token.is_proved_by(given)),
            refusals,
            web,
            metrics,
            stop: stopping.clone(),
        });
        let connections = tokio::spawn(connections::serve(listener, routes, stopping, DRAIN));
        Ok(Self { address, record, operator, log, stop, connections })
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The operator's file, and in it the token.
    #[cfg(test)]
    pub(crate) const fn operator(&self) -> &OperatorFile {
        &self.operator
    }

    /// Takes no more connections, ends the streams, lets the rest finish for a time, and removes what it left in the
    /// data folder. The store closes when the last reader is gone.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.connections.await {
            tracing::error!(%error, "connections were not served to their end");
        }
        self.log.close().await;
        drop(self.operator);
    }
}

/// The log of `record`, kept in the folder `data`.
#[expect(clippy::disallowed_methods, reason = "the edge of the process: an event is dated when it happens")]
async fn open_log(record: &Record, data: &Path) -> std::io::Result<Log> {
    let (store, folder) = (Arc::clone(record.store()), data.to_owned());
    let opened = tokio::task::spawn_blocking(move || Log::open(store, &folder, jiff::Timestamp::now())).await?;
    opened.map_err(std::io::Error::other)
}

/// One line once requests are welcome.
fn announce(server: &Server, json: bool) -> std::io::Result<()> {
    let revision = server.record.snapshot().revision().0;
    let address = format!("http://{}", server.address());
    tracing::info!(address, revision, "serving");
    if json {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::json!({ "address": address, "revision": revision }))?;
        out.flush()?;
    }
    Ok(())
}

/// Ends when the process is told to: interrupted from the terminal, or terminated.
#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ends when the process is told to.
#[cfg(not(unix))]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without signals there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
