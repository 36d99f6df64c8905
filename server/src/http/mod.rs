//! Everything on the one port: gRPC and gRPC-Web, tiles, the page, and what watches over the server asks for.

mod calls;
mod health;
mod measure;
mod ogc;
mod origin;
mod page;
mod reply;
mod security;
mod tiles;

use std::convert::Infallible;
use std::fmt::Display;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{BoxError, Router};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, StatusCode};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer, Service};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use self::calls::Calls;
use self::measure::CallCounts;
use crate::access::{self, Resolve};
use crate::audit::Refusals;
use crate::tiles::TileServer;

pub(crate) use origin::origin;
pub(crate) use page::WebSource;
pub(crate) use security::Transport;
pub(crate) use tiles::TilePasses;

/// How long a request that is no call may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What the routes need.
pub(crate) struct Site {
    /// The tiles, and through them the record.
    pub(crate) tiles: Arc<TileServer>,
    /// Gives the addresses of tiles that are not for everyone.
    pub(crate) passes: Arc<dyn TilePasses>,
    /// The gRPC services, not yet guarded.
    pub(crate) services: tonic::service::Routes,
    /// Where refused calls are counted.
    pub(crate) refusals: Arc<Refusals>,
    /// Says who makes a request.
    pub(crate) resolve: Resolve,
    /// Further routes, each with its own state.
    pub(crate) routes: Router,
    /// Routes that ask for tokens of their own, and are told nothing of who makes a request.
    pub(crate) apart: Router,
    /// Whether browsers are told never to come without TLS again.
    pub(crate) transport: Transport,
    /// Where the page comes from.
    pub(crate) web: WebSource,
    /// Renders the metrics.
    pub(crate) metrics: PrometheusHandle,
    /// Becomes true when the server stops.
    pub(crate) stop: watch::Receiver<bool>,
}

/// Answers whatever comes. Calls go past the router of everything else: what a call costs here, tens of thousands cost
/// each second.
#[derive(Clone)]
pub(crate) struct Front {
    calls: GrpcWebService<Calls>,
    counts: CallCounts,
    pages: Router,
}

impl Front {
    pub(crate) fn new(site: Site) -> Self {
        let calls = Calls::new(site.services, Arc::clone(&site.resolve), site.refusals);
        let features = ogc::routes(site.tiles.views().clone());
        let pages = Router::new()
            .route("/tiles/tileset", get(tiles::tileset))
            .route("/tiles/revisions/{revision}/tileset", get(tiles::tileset_as_of))
            .route("/tiles/tilejson.json", get(tiles::tile_json))
            .route("/tiles/{revision}/{z}/{x}/{file}", get(tiles::tile))
            .route("/tiles/{tier}/{pass}/{revision}/{z}/{x}/{file}", get(tiles::sealed_tile))
            .with_state(Arc::new(tiles::Tiles::new(site.tiles, site.passes)))
            .route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready).with_state(site.stop))
            .route("/metrics", get(health::metrics).with_state(site.metrics))
            .merge(features)
            .merge(site.routes)
            .fallback_service(get(page::page).with_state(Arc::new(site.web)))
            .layer(from_fn_with_state(site.resolve, access::identify))
            .merge(site.apart)
            .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT))
            .layer(from_fn_with_state(site.transport, security::headers))
            .layer(CatchPanicLayer::new())
            .layer(from_fn(measure::count));
        Self { calls: GrpcWebLayer::new().layer(calls), counts: CallCounts::new(), pages }
    }
}

impl<B> Service<Request<B>> for Front
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError> + Display,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if !access::is_call(request.uri().path()) {
            origin::name_host(&mut request);
            return Box::pin(self.pages.call(request));
        }
        let path = request.uri().clone();
        let call = self.calls.call(request).map(|answered| calls::sure(answered).map(Body::new));
        Box::pin(self.counts.clone().count(path, call).map(Ok))
    }
}

#[cfg(test)]
mod tests;
