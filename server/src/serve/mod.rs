//! `cloudsite serve`: the record, the routes and the port put together, from the first log line to the last.

mod connections;
mod services;

use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use cloudsite_domain::record::Revision;
use cloudsite_sfu::Sfu;
use cloudsite_store::brief::BriefStore;
use cloudsite_store::demand::DemandStore;
use cloudsite_store::extent::ExtentStore;
use cloudsite_store::identity::IdentityStore;
use cloudsite_store::meeting::MeetingStore;
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Store, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::connections::Limits;
use self::services::Behind;
use crate::audit::{Journal, Keeper, Log, Refusals, Sources};
use crate::changeset::{Api as ChangesApi, Changes, Kept, Runner};
use crate::disclosure::Desk;
use crate::grpc::Disclosures;
use crate::http::{Front, Site, TilePasses, Transport, WebSource};
use crate::identity::demo::SignInLink;
use crate::identity::{self, Identity, OpenId, Surroundings, openid};
use crate::meeting::conference::{self, Hall};
use crate::meeting::plan::{self, Plans};
use crate::meeting::recording::{self, Shelf};
use crate::operator::{OperatorFile, Token};
use crate::private_file::random;
use crate::record::{Record, Views};
use crate::siting::demand::{Keeper as DemandKeeper, Tally};
use crate::siting::dossier;
use crate::tiles::TileServer;
use crate::tls::{self, Fingerprint, Tls};
use crate::turn::{RelayUrl, Relays, Secret};
use crate::watch::Watchers;
use crate::{demo, telemetry};

/// Connections for media at once: a hundred meetings of ten.
const MOST_PEERS: usize = 1_000;

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
    /// Where the media of meetings come and go.
    pub(crate) media: MediaPort,
    /// For how many days recordings of meetings are kept; none is until someone deletes them.
    pub(crate) recordings_days: Option<u32>,
    /// The provider of OpenID Connect by which staff sign in.
    pub(crate) openid: Option<openid::Settings>,
    /// Where the certificate comes from; none serves without TLS.
    pub(crate) tls: Option<tls::Source>,
    /// Whether to print the address as one JSON object on standard output.
    pub(crate) json: bool,
}

/// Where the media of meetings come and go.
#[derive(Debug, Clone)]
pub(crate) struct MediaPort {
    /// The address whose UDP and TCP port carry them.
    pub(crate) address: SocketAddr,
    /// The addresses that clients are told; none tells those of the machine.
    pub(crate) public: Vec<SocketAddr>,
    /// The relays that clients are told.
    pub(crate) relays: Vec<RelayUrl>,
}

/// Serves until the process is told to stop.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    telemetry::log_to_stderr();
    // Signals are taken before anything can be interrupted.
    let told = told_to_stop().context("cannot listen for signals")?;
    let (data, listen) = (options.data.clone(), options.listen.ip());
    let tls = options.tls.map(|source| Tls::open(source, &data, listen, identity::system_clock()())).transpose()?;
    let opened = tokio::task::spawn_blocking(move || open(&data)).await.context("the record was not opened")??;
    let listener =
        TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let web = options.web_dir.clone().map_or(WebSource::Embedded, WebSource::Folder);
    let Options { media, recordings_days, openid, .. } = options;
    let tls = tls.map(Arc::new);
    let given = Given { data: &options.data, web, media, recordings_days, openid, tls };
    let server = Server::start(opened, listener, given).await?;
    announce(&server, options.json)?;
    told.await;
    tracing::info!("stopping");
    server.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// What stands in a data folder.
pub(crate) struct Opened {
    /// The park's record.
    pub(crate) record: Arc<Record>,
    /// Who people are.
    pub(crate) people: Arc<dyn IdentityStore>,
    /// Changes that are not in the record yet.
    pub(crate) changes: Arc<dyn Kept>,
    /// What has been given to them.
    pub(crate) extents: Arc<dyn ExtentStore>,
    /// Briefs that organisations keep.
    pub(crate) briefs: Arc<dyn BriefStore>,
    /// What briefs lacked.
    pub(crate) demand: Arc<dyn DemandStore>,
    /// Meetings that are planned.
    pub(crate) meetings: Arc<dyn MeetingStore>,
}

/// Opens the record in a folder; one that was never written is filled with the demo park.
fn open(data: &Path) -> anyhow::Result<Opened> {
    let store = open_store(data).with_context(|| format!("cannot open the record in {}", data.display()))?;
    let store = Arc::new(store);
    let record = Record::open(Arc::clone(&store) as Arc<dyn Store>).context("cannot read the record")?;
    if record.snapshot().revision() == Revision(0) {
        let filled = demo::fill(&record).context("cannot fill in the demo park")?;
        tracing::info!(features = filled.created, "filled in the demo park");
    }
    Ok(Opened::of(record, &store))
}

impl Opened {
    /// A record and everything else that its store keeps.
    pub(crate) fn of(record: Record, store: &Arc<SqliteStore>) -> Self {
        Self {
            record: Arc::new(record),
            people: Arc::clone(store) as _,
            changes: Arc::clone(store) as _,
            extents: Arc::clone(store) as _,
            briefs: Arc::clone(store) as _,
            demand: Arc::clone(store) as _,
            meetings: Arc::clone(store) as _,
        }
    }
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

/// What a server is started with beside that.
pub(crate) struct Given<'a> {
    /// The data folder.
    pub(crate) data: &'a Path,
    /// Where the page comes from.
    pub(crate) web: WebSource,
    /// Where the media of meetings come and go.
    pub(crate) media: MediaPort,
    /// For how many days recordings are kept.
    pub(crate) recordings_days: Option<u32>,
    /// The provider by which staff sign in.
    pub(crate) openid: Option<openid::Settings>,
    /// What speaks TLS.
    pub(crate) tls: Option<Arc<Tls>>,
}

#[cfg(test)]
impl<'a> Given<'a> {
    /// The page within the program, any free port, nobody's provider.
    pub(crate) fn alone(data: &'a Path) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            data,
            web: WebSource::Embedded,
            media: MediaPort { address, public: Vec::new(), relays: Vec::new() },
            recordings_days: None,
            openid: None,
            tls: None,
        }
    }
}

/// A server that is running.
pub(crate) struct Server {
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
    record: Arc<Record>,
    links: Vec<SignInLink>,
    operator: OperatorFile,
    log: Keeper,
    demand: DemandKeeper,
    stop: watch::Sender<bool>,
    connections: tokio::task::JoinHandle<()>,
    imports: tokio::task::JoinHandle<()>,
    dossiers: tokio::task::JoinHandle<()>,
    old_recordings: Option<tokio::task::JoinHandle<()>>,
    renewals: tokio::task::JoinHandle<()>,
    hall: Arc<Hall>,
}

impl Server {
    /// Serves what was opened on `listener`, and leaves word of it in the data folder.
    pub(crate) async fn start(
        Opened { record, people, changes, extents, briefs, demand, meetings }: Opened,
        listener: TcpListener,
        Given { data, web, media, recordings_days, openid, tls }: Given<'_>,
    ) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let metrics = telemetry::collect_metrics();
        metrics::gauge!("cloudsite_snapshot_revision").set(record.snapshot().revision().0 as f64);
        let operator = OperatorFile::publish(data, address, tls.as_ref().map(|tls| tls.fingerprint()))?;
        let refusals = Arc::new(Refusals::default());
        let journal = Arc::new(Journal::default());
        let desk = open_desk(Arc::clone(&extents), Arc::clone(&journal)).await?;
        let sources =
            Sources { refusals: Arc::clone(&refusals), journal: Arc::clone(&journal), desk: Arc::clone(&desk) };
        let log = Keeper::start(open_log(&record, data).await?, sources, record.subscribe());
        let token = operator.token().clone();
        let (identity, links) = identify(people, Arc::clone(&record), token.clone(), journal, data.to_owned()).await?;
        let (stop, stopping) = watch::channel(false);
        let views = Views::new(Arc::clone(&record), Arc::clone(&desk));
        let disclosures = Disclosures { store: extents, desk };
        let watchers = Arc::new(Watchers::new(views.clone(), stopping.clone()));
        let changes = Changes::new(Arc::clone(&record), changes, identity::system_clock(), data);
        let (runner, imports) = Runner::start(ChangesApi(Arc::new(changes)), stopping.clone());
        let tally = Arc::new(Tally::new(identity::system_clock()));
        let counting = DemandKeeper::start(Arc::clone(&tally), Arc::clone(&demand));
        let (dossiers, dossiers_made) = make_dossiers(data, stopping.clone()).await?;
        let resolve = Arc::clone(&identity);
        let openid =
            openid.map(|settings| OpenId::new(settings, identity::system_clock()).map(Arc::new)).transpose()?;
        let plans = Plans { store: meetings, identity: Arc::clone(&identity), clock: identity::system_clock() };
        let recordings = Shelf::of(data);
        let old_recordings =
            recordings_days.map(|days| recording::keep_for(days, plans.clone(), recordings.clone(), stopping.clone()));
        let hall = open_hall(data, media, plans.clone(), &identity, &views, recordings.clone(), stopping.clone())?;
        let behind = Behind {
            record: &record,
            views: &views,
            watchers: &watchers,
            identity: &identity,
            openid: openid.clone(),
            disclosures,
            token,
            imports: &runner,
            briefs,
            demand,
            tally,
            dossiers: &dossiers,
            plans: plans.clone(),
            hall: Arc::clone(&hall),
            recordings: recordings.clone(),
        };
        let meetings = plan::http::routes(plans.clone()).merge(recording::http::routes(plans, recordings));
        let files = dossier::http::routes(Arc::clone(dossiers.shelf()), identity::system_clock());
        let front = Front::new(Site {
            tiles: Arc::new(TileServer::new(views.clone())),
            passes: Arc::clone(&identity) as Arc<dyn TilePasses>,
            refusals,
            services: services::services(behind).await,
            resolve: Arc::new(move |headers| resolve.resolve(headers)),
            routes: identity::http::routes(identity, openid).merge(meetings).merge(files),
            apart: conference::whip::routes(Arc::clone(&hall)),
            transport: transport(tls.as_deref()),
            web,
            metrics,
            stop: stopping.clone(),
        });
        let renewals = tokio::spawn(keep_certificate(tls.clone(), operator.rewriter(), stopping.clone()));
        let limits = Limits::default();
        let connections = tokio::spawn(connections::serve(listener, front, limits, tls.clone(), stopping, DRAIN));
        Ok(Self {
            address,
            tls,
            record,
            links,
            operator,
            log,
            demand: counting,
            stop,
            connections,
            imports,
            dossiers: dossiers_made,
            old_recordings,
            renewals,
            hall,
        })
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
        if let Err(error) = self.imports.await {
            tracing::error!(%error, "imports were not stopped well");
        }
        if let Err(error) = self.dossiers.await {
            tracing::error!(%error, "dossiers were not stopped well");
        }
        if let Some(Err(error)) = futures::future::OptionFuture::from(self.old_recordings).await {
            tracing::error!(%error, "old recordings were not looked after to the end");
        }
        if let Err(error) = self.renewals.await {
            tracing::error!(%error, "the certificate was not looked after to the end");
        }
        if tokio::time::timeout(DRAIN, self.hall.closed()).await.is_err() {
            tracing::error!("meetings were not brought to their end in time");
        }
        self.demand.close().await;
        self.log.close().await;
        drop(self.operator);
    }
}

/// Nobody is held to a certificate that nobody trusts.
fn transport(tls: Option<&Tls>) -> Transport {
    if tls.is_some_and(|tls| tls.development_file().is_none()) { Transport::Strict } else { Transport::Any }
}

/// Takes up a certificate that is renewed, and says in the operator's file which one is shown.
async fn keep_certificate(
    tls: Option<Arc<Tls>>,
    rewrite: impl Fn(Fingerprint) + Send,
    stopping: watch::Receiver<bool>,
) {
    if let Some(tls) = tls {
        tls::keep_up(tls, identity::system_clock(), stopping, rewrite).await;
    }
}

/// Opens the shelf of dossiers and makes those that wait.
async fn make_dossiers(
    data: &Path,
    stopping: watch::Receiver<bool>,
) -> anyhow::Result<(Arc<dossier::Runner>, tokio::task::JoinHandle<()>)> {
    let (data, clock) = (data.to_owned(), identity::system_clock());
    let open = move || dossier::Shelf::open(&data, clock());
    let shelf = tokio::task::spawn_blocking(open).await.context("the dossiers were not opened")?;
    let shelf = Arc::new(shelf.context("cannot read the dossiers that are kept")?);
    Ok(dossier::Runner::start(shelf, identity::system_clock(), stopping))
}

/// Opens the port for media and the hall of the meetings that run.
fn open_hall(
    data: &Path,
    port: MediaPort,
    plans: Plans,
    identity: &Arc<Identity>,
    views: &Views,
    shelf: Shelf,
    stopping: watch::Receiver<bool>,
) -> anyhow::Result<Arc<Hall>> {
    let settings = cloudsite_sfu::Settings {
        udp: port.address,
        tcp: Some(port.address),
        told: port.public,
        threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        max_peers: MOST_PEERS,
        clock: Instant::now,
        seed: random()?,
    };
    let (sfu, events) = Sfu::start(settings)
        .with_context(|| format!("cannot carry the media of meetings at {}; --media says where else", port.address))?;
    tracing::info!(address = %sfu.local_addr(), threads = sfu.population().len(), "media port");
    let relays = if port.relays.is_empty() {
        None
    } else {
        let secret = Secret::open(data).context("cannot use the secret that the relay shares")?;
        Some(Relays::new(port.relays, secret))
    };
    let behind = conference::Behind {
        plans,
        identity: Arc::clone(identity),
        views: views.clone(),
        sfu,
        shelf,
        relays,
        clock: identity::system_clock(),
    };
    Ok(Hall::open(behind, events, stopping))
}

/// The log of `record`, kept in the folder `data`.
#[expect(clippy::disallowed_methods, reason = "the edge of the process: an event is dated when it happens")]
async fn open_log(record: &Record, data: &Path) -> std::io::Result<Log> {
    let (store, folder) = (Arc::clone(record.store()), data.to_owned());
    let opened = tokio::task::spawn_blocking(move || Log::open(store, &folder, jiff::Timestamp::now())).await?;
    opened.map_err(std::io::Error::other)
}

/// The desk that everything goes over which is given to an organisation.
async fn open_desk(extents: Arc<dyn ExtentStore>, journal: Arc<Journal>) -> anyhow::Result<Arc<Desk>> {
    let open = move || Desk::open(extents, journal, identity::system_clock());
    let desk = tokio::task::spawn_blocking(open).await.context("the desk was not opened")?;
    Ok(Arc::new(desk.context("cannot read what has been disclosed")?))
}

/// Reads who people are; on the demo park, with the demo's people and a link for each.
async fn identify(
    people: Arc<dyn IdentityStore>,
    record: Arc<Record>,
    operator: Token,
    journal: Arc<Journal>,
    data: PathBuf,
) -> anyhow::Result<(Arc<Identity>, Vec<SignInLink>)> {
    let around = Surroundings {
        clock: identity::system_clock(),
        is_demo_park: Arc::new(move || record.snapshot().is_synthetic()),
        operator: Some(operator),
        journal,
    };
    let open = move || {
        let identity = Identity::open(people, &data, around)?;
        let links = identity.provide_demo().context("cannot make the demo's people")?;
        anyhow::Ok((Arc::new(identity), links))
    };
    tokio::task::spawn_blocking(open).await.context("people were not read")?
}

/// One line once requests are welcome, and on the demo park one for each link that signs in.
fn announce(server: &Server, json: bool) -> std::io::Result<()> {
    let revision = server.record.snapshot().revision().0;
    let scheme = if server.tls.is_some() { "https" } else { "http" };
    let address = format!("{scheme}://{}", server.address());
    tracing::info!(address, revision, "serving");
    let development = server.tls.as_ref().and_then(|tls| Some((tls.development_file()?, tls.fingerprint())));
    // Whoever reads the terminal may sign in; the log, which goes further, does not hold the links.
    if json {
        let link = |link: &SignInLink| serde_json::json!({ "role": link.role, "name": link.name, "url": format!("{address}{}", link.path) });
        let mut announced = serde_json::json!({ "address": address, "revision": revision });
        if let Some((file, fingerprint)) = development {
            announced["development_certificate"] = file.display().to_string().into();
            announced["certificate_sha256"] = fingerprint.to_string().into();
        }
        if !server.links.is_empty() {
            announced["sign_in_links"] = server.links.iter().map(link).collect();
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "{announced}")?;
        return out.flush();
    }
    let mut err = std::io::stderr().lock();
    if let Some((file, fingerprint)) = development {
        writeln!(
            err,
            "\n    a certificate of its own, for development: browsers warn of it, and show this SHA-256 fingerprint"
        )?;
        writeln!(err, "    {fingerprint}\n    whoever trusts {} needs no warning", file.display())?;
    }
    if !server.links.is_empty() {
        writeln!(err, "\n    the demo park signs in by one click, as long as this server runs:")?;
        for link in &server.links {
            writeln!(err, "    {:<12} {address}{}", link.role.as_str(), link.path)?;
        }
        writeln!(err)?;
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

#[cfg(test)]
mod tests;
